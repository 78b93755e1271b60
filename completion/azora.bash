# Completion of azora for bash 4 and later. `azora completion:install` puts it in its place.

_azora() {
  local rest="${COMP_LINE:0:COMP_POINT}" blank piece tail line value
  local -i at
  local -a words=()
  # bash breaks words at `:` and `=`; what azora takes for one stands between two blanks.
  for ((at = 0; at <= COMP_CWORD; at++)); do
    blank="${rest%%[![:space:]]*}"
    rest="${rest#"$blank"}"
    piece="${COMP_WORDS[at]}"
    [[ $rest == "$piece"* ]] || piece="$rest"
    rest="${rest#"$piece"}"
    if ((at == 0)) || [[ -n $blank ]]; then
      words+=("$piece")
    else
      words[${#words[@]} - 1]+="$piece"
    fi
  done

  # What bash has broken off it keeps: an answer begins behind it.
  piece="${words[${#words[@]} - 1]}"
  tail="$piece"
  [[ $COMP_WORDBREAKS == *:* ]] && tail="${tail##*:}"
  [[ $COMP_WORDBREAKS == *=* ]] && tail="${tail##*=}"
  piece="${piece%"$tail"}"

  COMPREPLY=()
  while IFS= read -r line; do
    value="${line%%$'\t'*}"
    case "$value" in
      @files) compopt -o default ;;
      @directories) compopt -o dirnames ;;
      *) COMPREPLY+=("${value#"$piece"}") ;;
    esac
  done < <(azora completion:suggest -- "${words[@]:1}" </dev/null 2>/dev/null)
} 2>/dev/null

complete -F _azora azora

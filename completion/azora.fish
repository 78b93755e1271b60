# Completion of azora for fish. `azora completion:install` puts it in its place.

function __azora_suggest
    set -l words (commandline -opc)
    set -l token (commandline -ct)
    set -l found (azora completion:suggest -- $words[2..-1] "$token" </dev/null 2>/dev/null)
    set -l flag (string match -r -- '^--[^=]+=' "$token")
    # Without it there is nothing in front of a path; a list of nothing would leave nothing behind it either.
    set -q flag[1]; or set flag ''
    set -l path (string replace -r -- '^--[^=]+=' '' "$token")
    switch "$found[1]"
        case @files
            printf '%s\n' $flag(__fish_complete_path "$path")
        case @directories
            printf '%s\n' $flag(__fish_complete_directories "$path" "")
        case '*'
            printf '%s\n' $found
    end
end

complete -c azora -f -a '(__azora_suggest)'

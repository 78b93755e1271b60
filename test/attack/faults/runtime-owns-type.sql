-- The owner of a type changes what its values mean.
-- rule: owns-nothing
CREATE TYPE public.fault_mood AS ENUM ('good'); ALTER TYPE public.fault_mood OWNER TO azora_runtime;

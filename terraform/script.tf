# How values get into the startup script: as single-quoted assignments in front of the static setup.sh.

locals {
  # Between single quotes a POSIX shell takes every character as it is; a quote itself has to be closed, escaped and
  # opened again.
  script_assignments = [
    for name, value in local.script_values : "${name}='${replace(value, "'", "'\\''")}'"
  ]

  script = join("\n", concat(
    [
      "#!/bin/sh",
      # Tracing, verbose mode and allexport can come in through SHELLOPTS: values must be neither printed nor exported.
      "{ set +avx; } 2>/dev/null",
      "unset -v ${join(" ", keys(local.script_values))}",
    ],
    local.script_assignments,
    [file("${path.module}/setup.sh")],
  ))
}

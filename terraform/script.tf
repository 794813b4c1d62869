# How values get into the startup script and the wrapper: as single-quoted assignments in front of a static file.

locals {
  # Between single quotes a POSIX shell takes every character as it is. A single quote ends the quotes, is
  # escaped, and opens them again.
  escaped_quote = "'\\''"

  # Without the CRLF line ends of a checkout on Windows: to a shell, the CR would be a part of the command.
  shell_files = {
    for name in ["setup.sh", "wrapper.sh", "certificates.awk"] :
    name => replace(file("${path.module}/${name}"), "\r\n", "\n")
  }

  # Tracing, verbose mode and allexport can come in through SHELLOPTS: values must be neither printed nor exported.
  shell_options = "{ set +avx; } 2>/dev/null"

  certificate_files = [local.settings.cert_path, local.settings.ca_bundle_path]

  wrapper = join("\n", concat(
    [
      "#!/bin/sh",
      # The script replaces files with this second line only. It stays the same, because older wrappers have it.
      "# Saved by the startup script of AI Bridge Proxy at each start of the workspace",
      local.shell_options,
    ],
    [for name, value in local.client_env : "export ${name}='${replace(value, "'", local.escaped_quote)}'"],
    ["set -- ${join(" ", [for path in local.certificate_files : "'${replace(path, "'", local.escaped_quote)}'"])} \"$@\""],
    [local.shell_files["wrapper.sh"]],
  ))

  script_assignments = merge(local.script_values, { CERTIFICATES_AWK = local.shell_files["certificates.awk"] })

  script = join("\n", concat(
    ["#!/bin/sh", local.shell_options, "unset -v ${join(" ", keys(local.script_assignments))}"],
    [for name, value in local.script_assignments : "${name}='${replace(value, "'", local.escaped_quote)}'"],
    [local.shell_files["setup.sh"]],
  ))
}

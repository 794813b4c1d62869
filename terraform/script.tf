# How values get into the startup script and the wrapper: as single-quoted assignments in front of static files.

locals {
  # Between single quotes a POSIX shell takes every character as it is. A single quote ends the quotes, is
  # escaped, and opens them again.
  escaped_quote = "'\\''"

  # In the order of their names. Without the CRLF line ends of a checkout on Windows: to a shell, the CR would be a part of
  # the command. And without lines of comments and indentation, for which the script has no room: see main.tf.
  shell_files = {
    for name in setunion(fileset(path.module, "{startup,check}/*"), ["wrapper.sh"]) :
    name => replace(replace(file("${path.module}/${name}"), "\r\n", "\n"), "/(?m)^[ \t]*(#.*\n)?/", "")
  }
  startup_parts = [for name, text in local.shell_files : text if can(regex("^startup/.*[.]sh$", name))]
  startup       = join("\n", slice(local.startup_parts, 0, length(local.startup_parts) - 1))
  check         = join("\n", [for name, text in local.shell_files : text if can(regex("^check/[0-9]", name))])
  asking = join("\n", [
    for name in ["01-run", "02-ask", "03-words", "04-proxy", "05-other-proxy", "warning"] : local.shell_files["check/${name}.sh"]
  ])

  # What comes in through SHELLOPTS: values must be neither printed nor exported. Only bash knows keyword, with which
  # `export A=1` prints the environment. Bash also imports functions. One named unset would keep the others: in POSIX mode,
  # special builtins come before functions.
  special_builtins = "break continue exec exit export return set shift trap unset"
  shell_options = join("\n", [
    "{",
    "case $${POSIXLY_CORRECT+set} in",
    "set) unset -f ${local.special_builtins} ;;",
    "*) POSIXLY_CORRECT=1; unset -f ${local.special_builtins}; unset -v POSIXLY_CORRECT ;;",
    "esac",
    "set +avx",
    "} 2>/dev/null",
    "case $${SHELLOPTS-} in *keyword*) ! (set +k) 2>/dev/null || set +k ;; esac",
  ])

  certificate_files = [local.settings.cert_path, local.settings.ca_bundle_path]

  wrapper = join("\n", concat(
    [
      "#!/bin/sh",
      # The script replaces files with this second line only. It stays the same, because older wrappers have it.
      "# Saved by the startup script of AI Bridge Proxy at each start of the workspace",
      local.shell_options,
      "unset -f grep printf test tr",
    ],
    [for name, value in local.client_env : "export ${name}='${replace(value, "'", local.escaped_quote)}'"],
    ["set -- ${join(" ", [for path in local.certificate_files : "'${replace(path, "'", local.escaped_quote)}'"])} \"$@\""],
    [local.shell_files["wrapper.sh"]],
    # What follows runs with --check only.
    [local.shell_files["check/environment.sh"]],
    [for name, value in merge(local.check_assignments, local.wrapper_assignments) : "${name}='${replace(value, "'", local.escaped_quote)}'"],
    [local.check],
  ))

  # Lines with tabs between the fields.
  check_assignments = {
    PROXY_URL  = local.settings.proxy_url
    LINE_BREAK = "\u001f"
    PROVIDER_HOSTS = join("", [
      for known in jsondecode(file("${path.module}/provider_hosts.json")) : "\n${known.host}\t${known.broken}"
    ])
    TLS_REASONS = join("", flatten([
      for known in jsondecode(file("${path.module}/tls_reasons.json")) : [
        for words in known.words :
        join("\t", ["\n${words}", known.unknown_issuer ? "yes" : "", known.message, known.advice])
      ]
    ]))
  }
  verdicts = {
    for name, known in jsondecode(file("${path.module}/verdicts.json")) :
    name => join("\t", ["\n${name}", known.step, known.status, known.message, replace(known.advice, "\n", "\u001f")])
  }
  wrapper_assignments = {
    ACCESS_URL     = local.settings.access_url
    CERT_PATH      = local.settings.cert_path
    CA_BUNDLE_PATH = local.settings.ca_bundle_path
    TOKEN          = local.session_token
    VERDICTS = join("", [
      for name, row in local.verdicts : row if strcontains(local.check, name)
    ])
  }

  # In each line, the name of a property that the script can see, and a sentence with the words of the module's own warnings.
  ca_properties = join("", [
    for name, known in jsondecode(file("${path.module}/certificate_properties.json")) :
    join("", [
      "\n${name} ${known.property}; refused by ",
      replace(join(", ", known.refused_by), "/, ([^,]*)$/", " and $1"),
      ". ${upper(substr(known.way_out, 0, 1))}${substr(known.way_out, 1, -1)}",
    ]) if strcontains(local.startup, name)
  ])

  script_assignments = merge(local.script_values, local.check_assignments, {
    VERDICTS = join("", [
      for name, row in local.verdicts : row if strcontains(local.asking, name)
    ])
    CERTIFICATES_AWK = local.shell_files["startup/certificates.awk"]
    CA_PROPERTIES    = "${local.ca_properties}\n"
  })

  script = join("\n", concat(
    ["#!/bin/sh", local.shell_options, "unset -v ${join(" ", keys(local.script_assignments))}"],
    [for name, value in local.script_assignments : "${name}='${replace(value, "'", local.escaped_quote)}'"],
    [local.shell_files["check/environment.sh"]],
    [local.startup, local.asking, local.startup_parts[length(local.startup_parts) - 1]],
  ))
}

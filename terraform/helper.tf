# What tf-helper is asked, and what it answers.

locals {
  # The oldest release of tf-helper that this module works with. All newer ones of the same major version do, too, so that
  # provisioners can be upgraded before templates.
  needed_helper = "1.0"

  # A workspace must be able to stop, and to be deleted, without the helper. This takes its place.
  program = local.starting ? var.helper : ["sh", "-c", "echo {}"]

  # The helper drops blank entries itself, so that the number of an entry in its messages is that in the list.
  no_proxy = join(",", [for entry in var.no_proxy : entry == null ? "" : entry])

  # Without null and blank elements. What stands directly above a block is its title, so a line is left empty.
  extra_ca_certs_pem = join("\n\n", compact(var.extra_ca_certs_pem))
  wrapper_path       = var.wrapper_path == null ? "" : var.wrapper_path
}

# Everything but agent_id, which is unknown until the agent exists. One unknown value would defer the whole data
# source until apply; without it, a bad input is refused when the template is pushed, and the outputs are known at plan.
# For the same reason no data source here has a precondition or postcondition: with one, Terraform reads it at apply
# whenever anything that the module depends on has changes, for example the agents in `for_each = coder_agent.all`.
data "external" "settings" {
  program = local.program

  query = merge(
    {
      # With depends_on on the module block, a plan shows the query, and a URL that will be refused can have a password.
      proxy_url  = sensitive(var.proxy_url)
      cert_path  = var.cert_path
      access_url = data.coder_workspace.me.access_url
    },
    length(compact(var.no_proxy)) == 0 ? {} : { no_proxy = local.no_proxy },
    var.ca_cert_pem == null ? {} : { ca_cert_pem = var.ca_cert_pem },
    local.extra_ca_certs_pem == "" ? {} : { extra_ca_certs_pem = local.extra_ca_certs_pem },
    local.wrapper_path == "" ? {} : { wrapper_path = local.wrapper_path },
    var.fetch_ca_cert_at == "plan" ? { fetch_ca_cert = "true" } : {},
  )
}

locals {
  # Fills in for the helper when the workspace stops, and for keys that a result lacks, so that the precondition of the
  # script is then the only error. The helper's result is never sensitive either.
  given = {
    proxy_url          = nonsensitive(var.proxy_url)
    cert_path          = nonsensitive(var.cert_path)
    access_url         = data.coder_workspace.me.access_url
    ca_bundle_path     = nonsensitive(var.cert_path) # modules that take a path refuse ""
    wrapper_path       = nonsensitive(local.wrapper_path)
    ca_cert_pem        = ""
    extra_ca_certs_pem = ""
    ca_cert_sha256     = ""
    ca_cert_subject    = ""
    ca_cert_not_after  = ""
    client_env         = jsonencode({ for name in local.client_env_names : name => "" })
    warnings           = "[]"
  }

  # Major and minor version, as numbers. What is not a version is 0.0, which is older than any release.
  helper_version = lookup(data.external.settings.result, "version", "")
  release = {
    for name, version in { helper = local.helper_version, needed = local.needed_helper } :
    name => [for number in try(regex("^(\\d+)\\.(\\d+)", version), [0, 0]) : tonumber(number)]
  }

  # In the result of another major version the same key can mean something else.
  helper_compatible = (
    local.release.helper[0] == local.release.needed[0]
    && local.release.helper[1] >= local.release.needed[1]
  )
  result       = local.helper_compatible ? data.external.settings.result : {}
  missing_keys = setsubtract(keys(local.given), keys(local.result))
  settings     = merge(local.given, local.result)

  helper_remedy = (
    local.release.helper[0] > local.release.needed[0]
    ? "Use the release of this module for tf-helper ${local.release.helper[0]}.x, or install tf-helper ${local.release.needed[0]}.x on the provisioner."
    : "Upgrade tf-helper on the provisioner, or use the release of this module that works with the installed one."
  )
}

# Refuses a bad agent_id: the Coder provider accepts an empty one, and then the script runs nowhere. The other values are
# normalized ones, so that a fault in them is reported once, by data.external.settings, and a plan that fails does not
# show a URL that was refused because of a password in it.
data "external" "agent" {
  program = local.program

  query = {
    agent_id  = var.agent_id
    proxy_url = local.settings.proxy_url
    cert_path = local.settings.cert_path
  }
}

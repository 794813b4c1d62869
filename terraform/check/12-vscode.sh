# shellcheck shell=sh
# Settings of VS Code's servers that override what the wrapper sets for extensions.

# A browser's window takes the user's settings only, a desktop's the machine's as well.
check_vscode() {
  # shellcheck disable=SC2016,SC2088 # what readers see
  if test -n "${XDG_DATA_HOME-}"; then report_settings "$XDG_DATA_HOME" '$XDG_DATA_HOME' code-server/User; fi
  if test -z "${HOME-}"; then return; fi
  if test -z "${XDG_DATA_HOME-}"; then report_settings "$HOME" '~' .local/share/code-server/User; fi
  for whose in Machine User; do report_settings "$HOME" '~' ".vscode-server/data/$whose"; done
}

# Of the file in the directory $3 of the directory $1, which readers know as $2.
report_settings() {
  file=$3/settings.json
  if ! test -f "$1/$file" || ! test -r "$1/$file"; then return; fi
  settings=$(http_settings "$1/$file")
  IFS=$NEWLINE
  for line in $settings; do
    unset -v IFS
    name=${line%%=*} value=${line#*=} other=
    case $name=$value in
      http.proxy=?*) name_vscode_proxy ;;
      http.proxySupport=off) verdict=vscode_past_proxy ;;
      http.systemCertificatesNode=false) verdict=vscode_without_ca ;;
      http.systemCertificates=true) verdict=vscode_before_without_ca ;;
      http.proxyStrictSSL=false) verdict=vscode_without_verification ;;
      *) continue ;;
    esac
    if test -z "$verdict"; then continue; fi
    report "$verdict" setting "$name" file "$2/$file" other "$(printable "$other")" proxy "$PROXY_URL"
  done
  unset -v IFS
}

# Sets: verdict ("" for none), and other, to where the proxy `value` leads
name_vscode_proxy() {
  verdict=vscode_other_proxy other='no valid URL'
  address=${value#*://}
  given=${address%"${address##*@}"}
  address=$(printf '%s\n' "${address##*@}" | awk '{ print tolower($0) }')
  address=${address%/}
  case $address in '' | *[!!-~]* | *[/?#\\]*) return ;; esac
  case $value in
    [Hh][Tt][Tt][Pp][Ss]://*) other=https://${address%:443} ;;
    [Hh][Tt][Tt][Pp]://*) other=http://$address ;;
    *) return ;;
  esac
  case $other in http://*:*[0-9]) ;; http:*) other=$other:80 ;; *) ;; esac
  if test "$other" != "$PROXY_URL"; then return; fi
  verdict=vscode_other_token given=${given#*:}
  if test "${given%@}" = "$TOKEN"; then verdict=; fi
}

# shellcheck shell=sh
# Settings of VS Code's servers that override what the wrapper sets for extensions.

check_vscode() {
  home='~' # for readers
  for directory in .local/share/code-server .vscode-server/data; do
    for whose in Machine User; do
      file=$directory/$whose/settings.json
      if test -n "${HOME-}" && test -f "$HOME/$file" && test -r "$HOME/$file"; then report_settings "$HOME/$file"; fi
    done
  done
}

report_settings() {
  settings=$(http_settings "$1")
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
    report "$verdict" setting "$name" file "$home/$file" other "$(printable "$other")" proxy "$PROXY_URL"
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

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

# Prints a line NAME=VALUE for each setting. sed cannot parse JSON with comments: a comment is recognized if
# it begins a line, or follows a comma or a brace.
http_settings() {
  sed -e 's|^[[:space:]]*/\*[^*]*\*/||' -e '/^[[:space:]]*\/\*/,/\*\//d' -e 's|^[[:space:]]*//.*||' \
    -e 's|\([,{]\)[[:space:]]*//.*|\1|' -e 's|"http[.]|\
&|g' "$1" | sed -n 's|^"\(http[.][A-Za-z]*\)"[[:space:]]*:[[:space:]]*"\{0,1\}\([^",}[:space:]]*\).*|\1=\2|p'
}

# Sets: verdict ("" for none), and other, to where the proxy `value` leads
name_vscode_proxy() {
  other=${value#*://} verdict=vscode_other_proxy
  other=${other%%/*}
  given=${other%"${other##*@}"}
  other=${other##*@}
  case $value in
    [Hh][Tt][Tt][Pp][Ss]://?*) other=https://${other%:443} ;;
    [Hh][Tt][Tt][Pp]://?*) other=http://$other ;;
    *) other='no valid URL' ;;
  esac
  case $other in http://*:*[0-9]) ;; http:*) other=$other:80 ;; *) ;; esac
  if test "$other" != "$PROXY_URL"; then return; fi
  verdict=vscode_other_token given=${given#*:}
  if test "${given%@}" = "$TOKEN"; then verdict=; fi
}

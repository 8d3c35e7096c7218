#compdef cfg
# cfg: completion for zsh. In ~/.zshrc, after compinit: eval "$(cfg completion zsh)"
# What could stand there, the program says.
_cfg() {
  local -a plain open
  local word description
  while IFS=$'\t' read -r word description; do
    if [[ $word == :files ]]; then
      _files
      return
    fi
    if [[ $word == */ ]]; then
      open+=("$word")
    else
      plain+=("${word//:/\\:}${description:+:$description}")
    fi
  done < <(cfg __complete -- "${(@Q)words[2,CURRENT-1]}" "$PREFIX" 2> /dev/null)
  (( $#open )) && compadd -S '' -- "${open[@]}"
  (( $#plain )) && _describe cfg plain
  (( $#open + $#plain ))
}
if [[ $funcstack[1] == _cfg ]]; then _cfg "$@"; else compdef _cfg cfg; fi

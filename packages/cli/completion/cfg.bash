# cfg: completion for bash, from 3.2 on. In ~/.bashrc: eval "$(cfg completion bash)"
# What could stand there, the program says. Nothing of what it prints is evaluated, so compgen -W is not used.
_cfg() {
  local line=${COMP_LINE:0:COMP_POINT} words word description before
  # Bash's own words end at : and =, which names may have.
  IFS=$' \t' read -ra words <<< "$line"
  case $line in *[[:blank:]]) words+=('') ;; esac
  before=${words[${#words[@]} - 1]}
  before=${before%"$2"}
  COMPREPLY=()
  while IFS=$'\t' read -r word description; do
    if [[ $word == :files ]]; then
      compopt -o default 2> /dev/null
      return
    fi
    COMPREPLY+=("${word#"$before"}")
    case $word in */) compopt -o nospace 2> /dev/null ;; esac
  done < <(cfg __complete -- "${words[@]:1}" 2> /dev/null)
}
complete -F _cfg cfg

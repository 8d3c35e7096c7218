# cfg: completion for fish. In ~/.config/fish/config.fish: cfg completion fish | source
# What could stand there, the program says.
function __cfg_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (cfg __complete -- $words[2..-1] 2> /dev/null)
    if test "$found[1]" = ":files"
        __fish_complete_path (commandline -ct)
    else if set -q found[1]
        printf '%s\n' $found
    end
end
complete -c cfg -f -a '(__cfg_complete)'

# SPDX-License-Identifier: Apache-2.0
# Completion of leadwire and leadwire-* for bash.
#
# Commands and options are read from the program's own help, so that they are those of the version that is
# installed; the shell remembers them. Only words that no help lists stand here.

# What the help says of "leadwire rep" and the like: the program as typed, and a command of it or nothing.
_leadwire_help() {
    declare -gA _leadwire_helps
    local key="$1 $2"
    if [[ -z ${_leadwire_helps[$key]+set} ]]; then
        _leadwire_helps[$key]=$("$1" ${2:+"$2"} --help 2>/dev/null </dev/null)
    fi
    REPLY=${_leadwire_helps[$key]}
}

# The commands that the program has, one a line.
_leadwire_commands() {
    case $2 in
    leadwire | leadwire-bench)
        _leadwire_help "$1" ""
        sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p' <<<"$REPLY" | grep -vx leadwire ;;
    leadwire-sim) printf '%s\n' run faults queue ;;
    leadwire-phone) printf '%s\n' sign ;;
    esac
}

# The words that an option takes, where they are few.
_leadwire_values() {
    case $1 in
    --durability) echo memory everysec always replicated ;;
    --channel) echo phone web email chat import ;;
    --kind) echo mail web phone ;;
    esac
}

# The words at place $2 (from 0) behind a command of leadwire, "FILE" for files. The words before it follow.
_leadwire_arguments() {
    local command=$1 place=$2
    shift 2
    case $command:$place in
    help:0) echo COMMAND ;;
    lead:0) echo cancel release take-back credit assign hold prioritise merge part reopen ;;
    source:1) echo pause resume ;;
    rep:1) echo accept decline touch complete transfer pull break ready log-off ;;
    state:1) echo available break offline ;;
    device:1) echo free busy unreachable ;;
    keys:0) echo new list revoke ;;
    token:0) echo new list revoke ;;
    keys:1) [[ $1 == new ]] && echo publisher rep events manager admin server ;;
    config:0) echo show ;;
    customers:0) echo import ;;
    customers:1 | check:0 | apply:0 | ingest:*) echo FILE ;;
    esac
}

_leadwire_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2"); }

_leadwire_paths() {
    compopt -o filenames 2>/dev/null   # fails outside of a completion: a test
    mapfile -t COMPREPLY < <(compgen "$1" -- "$2")
}

# What follows an option, by its word in the help: "--config FILE". False: the option takes nothing.
_leadwire_value_of() {
    local option=$1 current=$2 metavar words
    metavar=$(grep -oE -- "$option ('[^']*'|[A-Za-z]*[A-Z][^], ]*|xx)" <<<"$REPLY" | head -n 1)
    metavar=${metavar#"$option "}
    words=$(_leadwire_values "$option")
    case $metavar in
    "") return 1 ;;
    FILE) _leadwire_paths -f "$current" ;;
    DIR | DIRECTORY) _leadwire_paths -d "$current" ;;
    *) _leadwire_words "$words" "$current" ;;
    esac
}

# The words before the current one, without the program, to `words`. Bash divides at = and : too: "--name=value" are two words
# then, as if written apart, and what follows another = or : belongs to the word before.
_leadwire_split() {
    local i
    words=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == : || (${COMP_WORDS[i]} == = && ${COMP_WORDS[i - 1]} != --*) ]]; then
            ((i++))
        elif [[ ${COMP_WORDS[i]} != = ]]; then
            words+=("${COMP_WORDS[i]}")
        fi
    done
}

# Which of `words` is the command, which are its arguments, and which option still waits for its value.
_leadwire_read_words() {
    local word
    for word in "${words[@]}"; do
        _leadwire_help "$program" "$command"
        if [[ -n $option ]]; then
            option=
        elif [[ $word == --* ]]; then
            _leadwire_value_of "$word" "" && option=$word
        elif [[ -z $command && $commands == *$'\n'"$word"$'\n'* ]]; then
            command=$word
        else
            arguments+=("$word")
        fi
    done
    _leadwire_help "$program" "$command"
    COMPREPLY=()
}

_leadwire_options() {
    grep -oE -- '(^|[^A-Za-z-])--[a-z][a-z-]*' <<<"$REPLY" | grep -oE -- '--[a-z-]+' | sort -u
}

_leadwire_plain_words() {
    local listed=
    [[ ${program##*/} == leadwire && -n $command ]] &&
        listed=$(_leadwire_arguments "$command" "${#arguments[@]}" "${arguments[@]}")
    if [[ -z $command && $commands == *[a-z]* ]]; then
        _leadwire_words "$commands" "$current"
    elif [[ $listed == COMMAND ]]; then
        _leadwire_words "$commands" "$current"
    elif [[ $listed == FILE || $REPLY == *'[FILE...]'* ]]; then
        _leadwire_paths -f "$current"
    else
        _leadwire_words "$listed" "$current"
    fi
}

_leadwire() {
    local program=$1 current=${COMP_WORDS[COMP_CWORD]} command="" option="" commands REPLY
    local -a words arguments=()
    COMPREPLY=()
    type -P "$program" >/dev/null || return
    [[ $current == [=:] ]] && current=
    commands=$'\n'$(_leadwire_commands "$program" "${program##*/}")$'\n'
    _leadwire_split
    _leadwire_read_words
    if [[ -n $option ]]; then
        _leadwire_value_of "$option" "$current"
    elif [[ $current == -* ]]; then
        _leadwire_words "$(_leadwire_options)" "$current"
    else
        _leadwire_plain_words
    fi
}

complete -F _leadwire leadwire leadwire-broker leadwire-web leadwire-mail leadwire-phone leadwire-gateway leadwire-webhooks leadwire-journal \
    leadwire-sim leadwire-bench

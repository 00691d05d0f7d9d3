// The completion script for bash.

import { allCommands, type CommandOutline, type OptionOutline, optionsOf } from '../program-outline.ts';

/** Makes the script: a table of all commands, and a function that finds its way through it. */
export function bashCompletion(program: CommandOutline): string {
  const commands = allCommands(program);
  return `# bash completion for hawser. Made by \`hawser completion bash\`.

# Sets commands, options, valued options and the choices of the first argument of a command.
_hawser_command() {
  case "$1" in
${commands.map(commandLines).join('\n')}
    *) return 1 ;;
  esac
}

# Prints what the value of an option may be.
_hawser_choices() {
  case "$1" in
${commands.flatMap(choiceLines).join('\n')}
  esac
}

_hawser() {
  local cur=\${COMP_WORDS[COMP_CWORD]} where='' option='' word commands options valued first
  local -i at
  COMPREPLY=()
  _hawser_command ''
  for ((at = 1; at < COMP_CWORD; at++)); do
    word=\${COMP_WORDS[at]}
    if [[ $word == '=' ]]; then
      continue
    elif [[ -n $option ]]; then
      option=''
    elif [[ $word == -* ]]; then
      [[ " $valued " == *" $word "* ]] && option=$word
    elif [[ " $commands " == *" $word "* ]]; then
      where=\${where:+$where }$word
      _hawser_command "$where"
    else
      first=''
    fi
  done
  [[ $cur == '=' ]] && cur=''
  if [[ -n $option ]]; then
    COMPREPLY=($(compgen -W "$(_hawser_choices "$where $option")" -- "$cur"))
  elif [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
  else
    COMPREPLY=($(compgen -W "$commands $first" -- "$cur"))
  fi
}

# Where nothing else is known, files.
complete -o default -F _hawser hawser
`;
}

function commandLines(command: CommandOutline): string {
  const { words, commands, arguments: values } = command;
  const options = optionsOf(command);
  const members = [
    ['commands', commands.map((child) => child.words.at(-1) ?? '')],
    ['options', options.flatMap(({ names }) => names)],
    ['valued', options.filter(({ value }) => value !== undefined).flatMap(({ names }) => names)],
    ['first', values[0]?.choices ?? []],
  ] as const;
  const settings = members.map(([name, list]) => `${name}='${list.join(' ')}'`);
  return `    '${words.join(' ')}') ${settings.join(' ')} ;;`;
}

function choiceLines(command: CommandOutline): string[] {
  const { words } = command;
  const line = ({ names, choices }: OptionOutline): string => {
    const patterns = names.map((name) => `'${words.join(' ')} ${name}'`).join(' | ');
    return `    ${patterns}) echo '${choices.join(' ')}' ;;`;
  };
  return optionsOf(command)
    .filter(({ choices }) => choices.length > 0)
    .map(line);
}

// The completion script for zsh.

import { allCommands, type CommandOutline, type OptionOutline, optionsOf } from '../program-outline.ts';

/** Makes the script: a table of all commands with what they are for, and a function that finds its way through it. */
export function zshCompletion(program: CommandOutline): string {
  const commands = allCommands(program);
  return `#compdef hawser
# zsh completion for hawser. Made by \`hawser completion zsh\`.

# Sets commands, options, valued options and the choices of the first argument of a command.
_hawser_command() {
  case "$1" in
${commands.map(commandLines).join('\n')}
    (*) return 1 ;;
  esac
}

# Sets what the value of an option may be.
_hawser_choices() {
  case "$1" in
${commands.flatMap(choiceLines).join('\n')}
    (*) choices=() ;;
  esac
}

_hawser() {
  local where='' option='' word
  local -a commands options valued first choices
  integer at
  _hawser_command ''
  for ((at = 2; at < CURRENT; at++)); do
    word=\${words[at]}
    if [[ -n $option ]]; then
      option=''
    elif [[ $word == -* ]]; then
      (( \${valued[(Ie)$word]} )) && option=$word
    elif (( \${\${commands%%:*}[(Ie)$word]} )); then
      where="\${where:+$where }$word"
      _hawser_command "$where"
    else
      first=()
    fi
  done
  if [[ -n $option ]]; then
    _hawser_choices "$where $option"
    if (( $#choices )); then
      compadd -a choices
    else
      _files
    fi
  elif [[ \${words[CURRENT]} == -* ]]; then
    _describe -o option options
  elif (( $#commands )); then
    _describe command commands
  elif (( $#first )); then
    compadd -a first
  else
    _files
  fi
}

if [[ $funcstack[1] == _hawser ]]; then
  _hawser "$@"
else
  compdef _hawser hawser
fi
`;
}

function commandLines(command: CommandOutline): string {
  const { words, commands, arguments: values } = command;
  const options = optionsOf(command);
  const members = [
    ['commands', commands.map((child) => described(child.words.at(-1) ?? '', child.summary))],
    ['options', options.flatMap(({ names, description }) => names.map((name) => described(name, description)))],
    ['valued', options.filter(({ value }) => value !== undefined).flatMap(({ names }) => names.map(quoted))],
    ['first', (values[0]?.choices ?? []).map(quoted)],
  ] as const;
  const settings = members.map(([name, list]) => `      ${name}=(${list.join(' ')})`);
  return [`    (${quoted(words.join(' '))})`, ...settings, '      ;;'].join('\n');
}

function choiceLines(command: CommandOutline): string[] {
  const { words } = command;
  const line = ({ names, choices }: OptionOutline): string => {
    const patterns = names.map((name) => quoted(`${words.join(' ')} ${name}`)).join('|');
    return `    (${patterns}) choices=(${choices.map(quoted).join(' ')}) ;;`;
  };
  return optionsOf(command)
    .filter(({ choices }) => choices.length > 0)
    .map(line);
}

/** A word with what it is for, as _describe takes it. */
function described(word: string, description: string): string {
  return quoted(`${word}:${description.replaceAll(/\s+/g, ' ')}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

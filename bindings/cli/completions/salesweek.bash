# SPDX-License-Identifier: MIT
# bash completion for salesweek: the program itself says what may come next.

_salesweek()
{
	local words=() word joined=0 index
	# bash cuts words at "="; the program wants them whole.
	for ((index = 1; index <= COMP_CWORD; index++)); do
		word=${COMP_WORDS[index]}
		if ((${#words[@]})) && { [ "$word" = = ] || ((joined)); }; then
			words[${#words[@]} - 1]+=$word
		else
			words+=("$word")
		fi
		joined=0
		[ "$word" = = ] && joined=1
	done
	local candidate whole=${words[${#words[@]} - 1]} cut=
	# What is completed is the part behind "=" alone.
	case $COMP_WORDBREAKS in
	*=*) [ "$whole" != "${whole%=*}" ] && cut=${whole%=*}= ;;
	esac
	COMPREPLY=()
	while IFS= read -r candidate; do
		COMPREPLY+=("${candidate#"$cut"}")
	done < <("${COMP_WORDS[0]}" complete "${words[@]}" 2>/dev/null)
	# Nothing is put behind what goes on.
	case ${COMPREPLY[0]-} in
	*=) compopt -o nospace 2>/dev/null ;;
	esac
}

complete -o default -F _salesweek salesweek

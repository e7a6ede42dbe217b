# cmake -DTEXTS=FILE.json;... -DOUT=FILE.c -P embed_texts.cmake: the files' bytes in C, each under the language at the end of its name, in that order.
set(arrays "")
set(rows "")
set(count 0)
foreach(path ${TEXTS})
  string(REGEX REPLACE ".*_([a-z]+)\\.json$" "\\1" language ${path})
  file(READ ${path} bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "static const unsigned char texts_${count}[] = {${bytes}};\n")
  string(APPEND rows "    {\"${language}\", texts_${count}, sizeof texts_${count}},\n")
  math(EXPR count "${count} + 1")
endforeach()
file(WRITE ${OUT} "/* Made by the build from texts of pages and of rep_*.json. */\n#include \"rep_text.h\"\n\n${arrays}\n"
  "const struct rep_text_file rep_text_files[] = {\n${rows}    {.language = 0},\n};\n")

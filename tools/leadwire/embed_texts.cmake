# cmake -DTEXTS=FILE.json;... -DOUT=FILE.c -P embed_texts.cmake: the files' bytes in C, each under the language at the end of its name.
set(arrays "")
set(rows "")
foreach(path ${TEXTS})
  string(REGEX REPLACE ".*_([a-z]+)\\.json$" "\\1" language ${path})
  file(READ ${path} bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "static const unsigned char texts_${language}[] = {${bytes}};\n")
  string(APPEND rows "    {\"${language}\", texts_${language}, sizeof texts_${language}},\n")
endforeach()
file(WRITE ${OUT} "/* Made by the build from rep_*.json. */\n#include \"rep_text.h\"\n\n${arrays}\n"
  "const struct rep_text_file rep_text_files[] = {\n${rows}    {.language = 0},\n};\n")

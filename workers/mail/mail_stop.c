/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_stop.h"

#include <stddef.h>
#include <string.h>

enum { LINE_MAX_SIZE = 80, WORDS_MAX = 8, WORDS_AFTER_MAX = 2, AFTER_MAX = 60 };

/* Lower-case; an apostrophe ends a word. */
static const char *const phrases[] = {
    "stop", "stop it", "stop emails", "stop mailing me", "stop contacting me", "unsubscribe", "unsubscribe me", "remove me", "remove",
    "opt out", "opt-out", "optout", "do not contact me", "do not contact me again", "don t contact me", "do not call", "do not call me",
    "don t call me", "no more emails", "take me off your list", "leave me alone",
    "basta", "disiscrivimi", "disiscrivetemi", "disiscrizione", "cancellami", "cancellatemi", "cancellazione", "rimuovimi",
    "rimuovetemi", "non contattarmi", "non contattatemi", "non contattatemi pi\xC3\xB9", "non chiamatemi", "non chiamatemi pi\xC3\xB9",
    "stopp", "abmelden", "abmeldung", "austragen", "abbestellen", "mich abmelden", "keine mails mehr", "keine e-mails mehr",
    "keine werbung", "nicht mehr kontaktieren", "nicht mehr anrufen", "nicht anrufen", "kein kontakt",
    "d\xC3\xA9sinscrire", "d\xC3\xA9sabonner", "d\xC3\xA9sinscription", "d\xC3\xA9sabonnement", "me d\xC3\xA9sinscrire",
    "me d\xC3\xA9sabonner", "d\xC3\xA9sinscrivez-moi", "d\xC3\xA9sabonnez-moi", "ne me contactez plus", "ne m appelez plus",
    "baja", "darme de baja", "dar de baja", "dadme de baja", "denme de baja", "no me contacten", "no me llamen", "no llamar",
    "parar", "remover", "descadastrar", "cancelar inscri\xC3\xA7\xC3\xA3o", "n\xC3\xA3o me contacte", "n\xC3\xA3o me ligue",
    "uitschrijven", "afmelden", "meld me af", "niet meer bellen", "geen contact", "geen mails meer",
};

static const char *const polite[] = {
    "please", "thanks", "thank", "you", "pls", "bitte", "danke", "per", "favore", "grazie", "prego", "merci", "s", "il", "vous",
    "pla\xC3\xAEt", "por", "favor", "gracias", "obrigado", "obrigada", "alstublieft", "graag", "bedankt",
};

static bool is_word_byte(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c >= 0x80;
}

static bool is_polite(const char *word)
{
    for (size_t i = 0; i < sizeof polite / sizeof *polite; i++) {
        if (strcmp(word, polite[i]) == 0)
            return true;
    }
    return false;
}

/* Letters of ASCII and of Latin-1 (U+00C0 to U+00DE). */
static void lower(char *word)
{
    for (size_t i = 0; word[i]; i++) {
        unsigned char c = (unsigned char)word[i], before = i ? (unsigned char)word[i - 1] : 0;
        bool latin = before == 0xC3 && c >= 0x80 && c <= 0x9E && c != 0x97;
        if ((c >= 'A' && c <= 'Z') || latin)
            word[i] = (char)(c + 0x20);
    }
}

/* The words of a line, without politeness, lower-case, parted by single spaces; "" when there are too many. */
static void words_of(const char *line, size_t size, char out[LINE_MAX_SIZE + 1])
{
    size_t used = 0, count = 0;
    out[0] = '\0';
    for (size_t at = 0; at < size;) {
        char word[LINE_MAX_SIZE + 1];
        size_t length = 0;
        while (at < size && !is_word_byte((unsigned char)line[at]))
            at++;
        while (at < size && is_word_byte((unsigned char)line[at]))
            word[length++] = line[at++];
        word[length] = '\0';
        lower(word);
        if (length == 0 || strcmp(word, "-") == 0 || is_polite(word))
            continue;
        if (++count > WORDS_MAX) {
            out[0] = '\0';
            return;
        }
        if (used > 0)
            out[used++] = ' ';
        memcpy(out + used, word, length + 1);
        used += length;
    }
}

static size_t count_words(const char *text)
{
    size_t count = 0;
    for (bool inside = false; *text; text++) {
        bool word = is_word_byte((unsigned char)*text);
        count += word && !inside;
        inside = word;
    }
    return count;
}

bool mail_says_stop(const char *text)
{
    char words[LINE_MAX_SIZE + 1];
    text += strspn(text, " \t\r\n");
    size_t size = strcspn(text, "\r\n");
    const char *after = text + size;
    if (size == 0 || size > LINE_MAX_SIZE || strlen(after) > AFTER_MAX || count_words(after) > WORDS_AFTER_MAX ||
        strpbrk(after, "0123456789@") || strchr(text, '?'))
        return false;
    words_of(text, size, words);
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        if (strcmp(words, phrases[i]) == 0)
            return true;
    }
    return false;
}

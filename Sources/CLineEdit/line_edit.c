#include "CLineEdit.h"

#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

enum { HISTORY_LINES = 1000, REPLACEMENT = 0xFFFD };
enum { LONGEST_WAIT = 100 };  // in milliseconds

struct line_editor {
    EditLine *edit;
    History *history;
    const char *prompt;
    char *line;
    int outcome;
    int (*is_interrupted)(void);
};

static line_editor *of(EditLine *edit) {
    void *editor = NULL;
    el_get(edit, EL_CLIENTDATA, &editor);
    return editor;
}

static char *prompt_of(EditLine *edit) {
    return (char *)of(edit)->prompt;
}

/// One byte; -1 at the end, or where the user has interrupted.
static int read_byte(line_editor *editor) {
    unsigned char byte;
    for (;;) {
        if (editor->is_interrupted()) {
            editor->outcome = LINE_EDITOR_INTERRUPTED;
            return -1;
        }
        // A signal that comes between the question above and this wait is seen when it is over.
        struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
        int ready = poll(&input, 1, LONGEST_WAIT);
        if (ready == 0) continue;
        ssize_t count = ready < 0 ? -1 : read(STDIN_FILENO, &byte, 1);
        if (count == 1) return byte;
        if (count < 0 && errno == EINTR) {
            // The window may have changed, or the program was stopped and goes on.
            el_resize(editor->edit);
            el_set(editor->edit, EL_REFRESH);
            continue;
        }
        editor->outcome = LINE_EDITOR_END;
        return -1;
    }
}

/// One character of UTF-8, whatever the locale says of bytes.
static int read_character(EditLine *edit, wchar_t *character) {
    line_editor *editor = of(edit);
    int first = read_byte(editor);
    if (first < 0) return editor->outcome == LINE_EDITOR_END ? 0 : -1;
    int more = first < 0x80 ? 0 : first < 0xC2 ? -1 : first < 0xE0 ? 1 : first < 0xF0 ? 2
        : first < 0xF5                                                              ? 3
                                                                                    : -1;
    if (more < 0) {
        *character = REPLACEMENT;
        return 1;
    }
    wchar_t value = more == 0 ? first : first & (0x3F >> more);
    for (int index = 0; index < more; index++) {
        int byte = read_byte(editor);
        if (byte < 0) return editor->outcome == LINE_EDITOR_END ? 0 : -1;
        if ((byte & 0xC0) != 0x80) value = REPLACEMENT;
        value = value << 6 | (byte & 0x3F);
    }
    if (value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) value = REPLACEMENT;
    *character = value;
    return 1;
}

line_editor *line_editor_open(int (*is_interrupted)(void)) {
    // libedit measures and writes characters as the locale says, and every text here is UTF-8.
    if (!setlocale(LC_CTYPE, "") || strcmp(nl_langinfo(CODESET), "UTF-8") != 0) {
        setlocale(LC_CTYPE, "C.UTF-8");
    }
    line_editor *editor = calloc(1, sizeof *editor);
    if (!editor) return NULL;
    editor->is_interrupted = is_interrupted;
    editor->prompt = "";
    editor->edit = el_init("nightjar", stdin, stdout, stderr);
    editor->history = history_init();
    if (!editor->edit || !editor->history) {
        line_editor_close(editor);
        return NULL;
    }
    HistEvent event;
    history(editor->history, &event, H_SETSIZE, HISTORY_LINES);
    history(editor->history, &event, H_SETUNIQUE, 1);
    el_set(editor->edit, EL_CLIENTDATA, editor);
    el_set(editor->edit, EL_EDITOR, "emacs");
    el_set(editor->edit, EL_HIST, history, editor->history);
    el_set(editor->edit, EL_PROMPT_ESC, prompt_of, '\1');
    // Signals are the program's own: libedit would send them on to every process of the terminal.
    el_set(editor->edit, EL_SIGNAL, 0);
    el_source(editor->edit, NULL);
    el_wset(editor->edit, EL_GETCFN, read_character);
    return editor;
}

void line_editor_close(line_editor *editor) {
    if (!editor) return;
    if (editor->edit) el_end(editor->edit);
    if (editor->history) history_end(editor->history);
    free(editor->line);
    free(editor);
}

int line_editor_read(line_editor *editor, const char *prompt, const char **line) {
    editor->prompt = prompt;
    editor->outcome = LINE_EDITOR_LINE;
    *line = NULL;
    int count = 0;
    // libedit shows the prompt first and takes the terminal over afterwards: a key pressed between the
    // two would mean what the system says, and a Ctrl-D would be lost.
    el_set(editor->edit, EL_PREP_TERM, 1);
    const char *text = el_gets(editor->edit, &count);
    if (editor->outcome != LINE_EDITOR_LINE) return editor->outcome;
    if (!text || count <= 0) return LINE_EDITOR_END;
    free(editor->line);
    editor->line = strdup(text);
    if (!editor->line) return LINE_EDITOR_END;
    editor->line[strcspn(editor->line, "\r\n")] = 0;
    *line = editor->line;
    return LINE_EDITOR_LINE;
}

void line_editor_remember(line_editor *editor, const char *line) {
    HistEvent event;
    history(editor->history, &event, H_ENTER, line);
}

// Lines typed at a terminal through libedit, whose options take any type and so cannot be set from
// Swift.
#ifndef CLINEEDIT_H
#define CLINEEDIT_H

typedef struct line_editor line_editor;

/// How reading a line ended.
enum {
    LINE_EDITOR_LINE = 0,
    /// The terminal is gone, or Ctrl-D on an empty line.
    LINE_EDITOR_END = 1,
    /// A signal came, and `is_interrupted` says that it was the user's wish.
    LINE_EDITOR_INTERRUPTED = 2,
};

/// An editor of standard input, echoing to standard output, with the user's own ~/.editrc.
///
/// Texts are UTF-8. `is_interrupted` is asked after every signal that arrives while a line is read.
/// NULL where the system gives none.
line_editor *line_editor_open(int (*is_interrupted)(void));
void line_editor_close(line_editor *editor);

/// Reads one line behind a prompt. Parts of the prompt between bytes 1 take no room.
///
/// *line is the text without its end; it lives until the next call, and is NULL unless a line came.
int line_editor_read(line_editor *editor, const char *prompt, const char **line);

/// Keeps a line for the arrow keys.
void line_editor_remember(line_editor *editor, const char *line);

#endif

// One HTTP request through libcurl, whose options take any type and so cannot be set from Swift.
#ifndef CHTTP_H
#define CHTTP_H

#include <stddef.h>

/// What is asked. Redirects are not followed, proxies not used, nothing is kept afterwards.
typedef struct {
    const char *url;
    /// Lines of "name: value", each ended by a line feed.
    const char *headers;
    /// NULL for a GET; else what a POST sends.
    const void *body;
    size_t body_count;
    long milliseconds;
    /// A longer answer is a failure.
    size_t most_bytes;
} http_request;

typedef struct {
    /// A CURLcode, 0 where an answer came.
    int failure;
    /// What libcurl calls the failure; lives for ever.
    const char *sentence;
    int is_too_long;
    long status;
    /// The lines of the answer's head after its status, as they came.
    char *headers;
    size_t headers_count;
    unsigned char *body;
    size_t body_count;
} http_answer;

/// Sends a request and waits for all of its answer, to be given back with http_free.
void http_ask(const http_request *request, http_answer *answer);
void http_free(http_answer *answer);

#endif

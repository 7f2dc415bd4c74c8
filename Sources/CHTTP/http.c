#include "CHTTP.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_HEADER_BYTES = 256 << 10 };

typedef struct {
    http_answer *answer;
    size_t most_bytes;
} reception;

static size_t take_body(char *bytes, size_t size, size_t count, void *opaque) {
    reception *to = opaque;
    http_answer *answer = to->answer;
    size_t more = size * count;
    if (more > to->most_bytes - answer->body_count) {
        answer->is_too_long = 1;
        return 0;
    }
    unsigned char *grown = realloc(answer->body, answer->body_count + more);
    if (!grown) return 0;
    memcpy(grown + answer->body_count, bytes, more);
    answer->body = grown;
    answer->body_count += more;
    return more;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *opaque) {
    http_answer *answer = ((reception *)opaque)->answer;
    size_t more = size * count;
    // A status line begins another head: that of the answer after a "100 Continue".
    if (more >= 5 && memcmp(bytes, "HTTP/", 5) == 0) {
        answer->headers_count = 0;
        return more;
    }
    if (answer->headers_count + more > MOST_HEADER_BYTES) {
        answer->is_too_long = 1;
        return 0;
    }
    char *grown = realloc(answer->headers, answer->headers_count + more);
    if (!grown) return 0;
    memcpy(grown + answer->headers_count, bytes, more);
    answer->headers = grown;
    answer->headers_count += more;
    return more;
}

static pthread_once_t started = PTHREAD_ONCE_INIT;
static CURLcode start_code;

static void start(void) { start_code = curl_global_init(CURL_GLOBAL_DEFAULT); }

static struct curl_slist *header_list(const char *lines) {
    // Without this libcurl asks a server for leave before it sends more than a mebibyte.
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    while (list && *lines) {
        size_t count = strcspn(lines, "\n");
        char *line = strndup(lines, count);
        struct curl_slist *longer = line ? curl_slist_append(list, line) : NULL;
        free(line);
        if (!longer) {
            curl_slist_free_all(list);
            return NULL;
        }
        list = longer;
        lines += count + (lines[count] == '\n');
    }
    return list;
}

static CURLcode ask(CURL *curl, const http_request *request, reception *to) {
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    // Whatever the environment says: a grant is for the host itself.
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, request->milliseconds);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, request->milliseconds);
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)request->most_bytes);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "nightjar");
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, to);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, to);
    if (request->body) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(
            curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_count);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
    }
    struct curl_slist *headers = header_list(request->headers);
    if (!headers) return CURLE_OUT_OF_MEMORY;
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &to->answer->status);
    curl_slist_free_all(headers);
    return code;
}

void http_ask(const http_request *request, http_answer *answer) {
    *answer = (http_answer){0};
    pthread_once(&started, start);
    CURLcode code = start_code;
    if (code == CURLE_OK) {
        reception to = {answer, request->most_bytes};
        CURL *curl = curl_easy_init();
        code = curl ? ask(curl, request, &to) : CURLE_OUT_OF_MEMORY;
        if (curl) curl_easy_cleanup(curl);
    }
    if (code == CURLE_FILESIZE_EXCEEDED) answer->is_too_long = 1;
    answer->failure = (int)code;
    answer->sentence = curl_easy_strerror(code);
}

void http_free(http_answer *answer) {
    free(answer->headers);
    free(answer->body);
    *answer = (http_answer){0};
}

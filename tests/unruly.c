/* A file system that does not do as it is told, for whatever runs with this loaded before libc.
 *
 * UNRULY_CALL: which calls fail, of "lock", "open", "read", "write" and "sync".
 * UNRULY_NAME: those on files whose path contains this.
 * UNRULY_ERRNO: with which number.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(const char *call, const char *path) {
    const char *which = getenv("UNRULY_CALL"), *name = getenv("UNRULY_NAME");
    if (!which || !name || !path || strcmp(which, call) || !strstr(path, name)) return 0;
    errno = atoi(getenv("UNRULY_ERRNO"));
    return 1;
}

static int fails_at(const char *call, int descriptor) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return fails(call, path);
}

int flock(int descriptor, int operation) {
    int (*next)(int, int) = dlsym(RTLD_NEXT, "flock");
    return fails_at("lock", descriptor) ? -1 : next(descriptor, operation);
}

#define FCNTL(NAME)                                                                     \
    int NAME(int descriptor, int command, ...) {                                        \
        va_list rest;                                                                   \
        va_start(rest, command);                                                        \
        void *argument = va_arg(rest, void *);                                          \
        va_end(rest);                                                                   \
        int locks = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK; \
        int (*next)(int, int, ...) = dlsym(RTLD_NEXT, #NAME);                           \
        return locks && fails_at("lock", descriptor) ? -1 : next(descriptor, command, argument); \
    }
FCNTL(fcntl)
FCNTL(fcntl64)

#define OPEN(NAME)                                                       \
    int NAME(const char *path, int flags, ...) {                         \
        va_list rest;                                                    \
        va_start(rest, flags);                                           \
        int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, int) : 0; \
        va_end(rest);                                                    \
        int (*next)(const char *, int, ...) = dlsym(RTLD_NEXT, #NAME);   \
        return fails("open", path) ? -1 : next(path, flags, mode);       \
    }
OPEN(open)
OPEN(open64)

#define MOVE(NAME, CALL, BUFFER)                                            \
    ssize_t NAME(int descriptor, BUFFER buffer, size_t size) {              \
        ssize_t (*next)(int, BUFFER, size_t) = dlsym(RTLD_NEXT, #NAME);     \
        return fails_at(CALL, descriptor) ? -1 : next(descriptor, buffer, size); \
    }
MOVE(read, "read", void *)
MOVE(write, "write", const void *)

#define MOVE_AT(NAME, CALL, BUFFER, OFFSET)                                     \
    ssize_t NAME(int descriptor, BUFFER buffer, size_t size, OFFSET offset) {   \
        ssize_t (*next)(int, BUFFER, size_t, OFFSET) = dlsym(RTLD_NEXT, #NAME); \
        return fails_at(CALL, descriptor) ? -1 : next(descriptor, buffer, size, offset); \
    }
MOVE_AT(pread, "read", void *, off_t)
MOVE_AT(pread64, "read", void *, off64_t)
MOVE_AT(pwrite, "write", const void *, off_t)
MOVE_AT(pwrite64, "write", const void *, off64_t)

int fsync(int descriptor) {
    int (*next)(int) = dlsym(RTLD_NEXT, "fsync");
    return fails_at("sync", descriptor) ? -1 : next(descriptor);
}

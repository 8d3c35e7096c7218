/*
 * A disk that forgets at a power loss whatever it was not told to keep. To be loaded before the C library (LD_PRELOAD): of
 * each file NAME.db and NAME.db-wal that the process writes, NAME.disk has what was synced, and nothing else: writes are
 * kept in memory until fsync or fdatasync. NAME.db-wal.syncs has one byte for each time that the log was synced. For one
 * process at a time: it knows nothing of what others write.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

struct change {
  struct change *next;
  char path[512];
  off_t offset; /* where it is written; the new length, where there are no bytes */
  size_t length;
  char bytes[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct change *first, **end = &first;

static int ends_with(const char *text, const char *tail) {
  size_t n = strlen(text), m = strlen(tail);
  return n >= m && strcmp(text + n - m, tail) == 0;
}

/* Whether the descriptor is of a file that is watched. Its path goes to `path`. */
static int watched(int fd, char path[512]) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, 500);
  if (n < 0) return 0;
  path[n] = 0;
  return ends_with(path, ".db") || ends_with(path, ".db-wal");
}

static void note(int fd, const void *bytes, size_t length, off_t offset) {
  char path[512];
  if (!watched(fd, path)) return;
  struct change *change = malloc(sizeof *change + length);
  strcpy(change->path, path);
  change->next = NULL;
  change->offset = offset;
  change->length = length;
  if (length > 0) memcpy(change->bytes, bytes, length);
  pthread_mutex_lock(&lock);
  *end = change;
  end = &change->next;
  pthread_mutex_unlock(&lock);
}

static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t), (*real_fsync)(int), (*real_fdatasync)(int);

__attribute__((constructor)) static void load(void) {
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
}

/* Writes down what the file was told so far. */
static void keep(int fd) {
  char path[512], name[600];
  if (!watched(fd, path)) return;
  pthread_mutex_lock(&lock);
  snprintf(name, sizeof name, "%s.disk", path);
  int disk = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  for (struct change **at = &first; *at != NULL;) {
    struct change *change = *at;
    if (strcmp(change->path, path) != 0) {
      at = &change->next;
      continue;
    }
    if (change->length == 0) real_ftruncate(disk, change->offset);
    else real_pwrite(disk, change->bytes, change->length, change->offset);
    *at = change->next;
    free(change);
  }
  for (end = &first; *end != NULL;) end = &(*end)->next;
  close(disk);
  if (ends_with(path, "-wal")) {
    snprintf(name, sizeof name, "%s.syncs", path);
    int syncs = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (write(syncs, "s", 1) != 1) abort();
    close(syncs);
  }
  pthread_mutex_unlock(&lock);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) {
  ssize_t written = real_pwrite(fd, bytes, length, offset);
  if (written > 0) note(fd, bytes, (size_t)written, offset);
  return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

int ftruncate64(int fd, off_t length) {
  int result = real_ftruncate(fd, length);
  if (result == 0) note(fd, NULL, 0, length);
  return result;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int fsync(int fd) {
  int result = real_fsync(fd);
  if (result == 0) keep(fd);
  return result;
}

int fdatasync(int fd) {
  int result = real_fdatasync(fd);
  if (result == 0) keep(fd);
  return result;
}

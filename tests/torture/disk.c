// A disk that fails on command, to be preloaded into the server: what was written to *.db and *-wal below DISK_WATCH
// reaches the copies in DISK_SHADOW only when it is synced, as after a power cut. Some unsynced writes arrive early and
// out of order, as disks do it. While the file DISK_BROKEN exists, syncs fail with EIO; while DISK_READONLY exists, nothing
// below DISK_WATCH can be written, made, renamed or removed (EROFS), as when the kernel remounts a failing disk.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

typedef struct {
	off_t at;
	// Bytes written; -1: the file was cut or stretched to `at`.
	ssize_t length;
} Step;

typedef struct {
	char path[PATH_MAX];
	int shadow;
	Step *steps;
	size_t count, room;
} File;

static File files[8];
static size_t known;
static unsigned int dice = 1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int ends(const char *text, const char *end) {
	size_t a = strlen(text), b = strlen(end);
	return a >= b && strcmp(text + a - b, end) == 0;
}

// The watched file behind a descriptor; the caller holds the lock.
static File *find(int fd) {
	const char *watch = getenv("DISK_WATCH"), *shadow = getenv("DISK_SHADOW");
	char link[64], path[PATH_MAX], copy[PATH_MAX * 2];
	if (!watch || !shadow) return NULL;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, path, sizeof path - 1);
	if (length < 0) return NULL;
	path[length] = 0;
	if (strncmp(path, watch, strlen(watch)) != 0 || !(ends(path, ".db") || ends(path, "-wal"))) return NULL;
	for (size_t i = 0; i < known; i++)
		if (strcmp(files[i].path, path) == 0) return &files[i];
	if (known == sizeof files / sizeof *files) abort();
	File *file = &files[known++];
	strcpy(file->path, path);
	snprintf(copy, sizeof copy, "%s/%s", shadow, strrchr(path, '/') + 1);
	file->shadow = open(copy, O_RDWR | O_CREAT, 0600);
	if (file->shadow < 0) abort();
	return file;
}

// Makes one step durable: as the file is now, which is what a disk would write.
static void apply(File *file, int fd, Step step) {
	char buffer[65536];
	if (step.length < 0) {
		if (REAL(ftruncate)(file->shadow, step.at) != 0) abort();
		return;
	}
	while (step.length > 0) {
		size_t part = (size_t)step.length < sizeof buffer ? (size_t)step.length : sizeof buffer;
		ssize_t got = pread(fd, buffer, part, step.at);
		if (got <= 0) return;
		if (REAL(pwrite)(file->shadow, buffer, (size_t)got, step.at) != got) abort();
		step.at += got;
		step.length -= got;
	}
}

static void note(int fd, Step step) {
	pthread_mutex_lock(&lock);
	File *file = find(fd);
	if (file) {
		if (file->count == file->room) {
			file->room = file->room ? file->room * 2 : 1024;
			file->steps = realloc(file->steps, file->room * sizeof(Step));
			if (!file->steps) abort();
		}
		file->steps[file->count++] = step;
		if (step.length > 0 && rand_r(&dice) % 4 == 0) apply(file, fd, step);
	}
	pthread_mutex_unlock(&lock);
}

static int broken(void) {
	const char *flag = getenv("DISK_BROKEN");
	return flag && access(flag, F_OK) == 0;
}

static int synced(int fd) {
	pthread_mutex_lock(&lock);
	File *file = find(fd);
	if (file) {
		for (size_t i = 0; i < file->count; i++) apply(file, fd, file->steps[i]);
		file->count = 0;
	}
	pthread_mutex_unlock(&lock);
	return 0;
}

static int watched(const char *path) {
	const char *watch = getenv("DISK_WATCH");
	return watch && strncmp(path, watch, strlen(watch)) == 0;
}

// Whether a path may not be changed now; relative ones are looked up from where the server runs.
static int closed(const char *path) {
	const char *flag = getenv("DISK_READONLY");
	char full[PATH_MAX * 2], here[PATH_MAX];
	if (!flag || access(flag, F_OK) != 0) return 0;
	if (path[0] != '/' && getcwd(here, sizeof here)) {
		snprintf(full, sizeof full, "%s/%s", here, path);
		path = full;
	}
	if (!watched(path)) return 0;
	errno = EROFS;
	return 1;
}

static int closed_fd(int fd) {
	char link[64], path[PATH_MAX];
	const char *flag = getenv("DISK_READONLY");
	if (!flag || access(flag, F_OK) != 0) return 0;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, path, sizeof path - 1);
	if (length < 0) return 0;
	path[length] = 0;
	return closed(path);
}

static int opened(int dir, const char *path, int flags, mode_t mode) {
	if ((flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) && closed(path)) return -1;
	return REAL(openat)(dir, path, flags, mode);
}

#define OPEN(name) \
	int name(const char *path, int flags, ...) { \
		va_list rest; \
		va_start(rest, flags); \
		mode_t mode = va_arg(rest, mode_t); \
		va_end(rest); \
		return opened(AT_FDCWD, path, flags, mode); \
	}
#define OPENAT(name) \
	int name(int dir, const char *path, int flags, ...) { \
		va_list rest; \
		va_start(rest, flags); \
		mode_t mode = va_arg(rest, mode_t); \
		va_end(rest); \
		return opened(dir, path, flags, mode); \
	}

OPEN(open)
OPEN(open64)
OPENAT(openat64)

int mkdir(const char *path, mode_t mode) {
	return closed(path) ? -1 : REAL(mkdir)(path, mode);
}

int unlink(const char *path) {
	return closed(path) ? -1 : REAL(unlink)(path);
}

int rename(const char *from, const char *to) {
	return closed(from) || closed(to) ? -1 : REAL(rename)(from, to);
}

// The copies are the disk here: the real sync would only cost time.
int fsync(int fd) {
	if (!broken()) return synced(fd);
	errno = EIO;
	return -1;
}

int fdatasync(int fd) {
	return fsync(fd);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
	if (closed_fd(fd)) return -1;
	ssize_t written = REAL(pwrite)(fd, bytes, length, at);
	if (written > 0) note(fd, (Step){at, written});
	return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
	return pwrite(fd, bytes, length, at);
}

int ftruncate(int fd, off_t size) {
	if (closed_fd(fd)) return -1;
	int failed = REAL(ftruncate)(fd, size);
	if (!failed) note(fd, (Step){size, -1});
	return failed;
}

int ftruncate64(int fd, off64_t size) {
	return ftruncate(fd, size);
}

//! How much memory the machine can give.
//!
//! Linux promises more than it has, and ends the process when it cannot keep its word. So a large request is compared with what is
//! there before it is made. Elsewhere the allocator's own refusal is the limit.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Bytes up to which nobody is asked: finding out takes about as long as clearing one of these.
const SMALL: usize = 1 << 26;

/// A request for more memory than there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    bytes: usize,
}

impl Refused {
    pub(crate) const fn of(bytes: usize) -> Refused {
        Refused { bytes }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of memory are needed, more than this machine can give",
            Readable(self.bytes)
        )?;
        // What was made on the way is free again by now, and may have been what was missing.
        match available().filter(|&bytes| bytes < self.bytes) {
            Some(bytes) => write!(f, " ({} are available)", Readable(bytes)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Refused {}

/// A number of bytes in the largest unit that it fills.
struct Readable(usize);

impl fmt::Display for Readable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = ["kB", "MB", "GB", "TB", "PB", "EB"];
        let (mut size, mut unit) = (self.0 as f64, "B");
        for next in units {
            if size < 1000.0 {
                break;
            }
            (size, unit) = (size / 1000.0, next);
        }
        match self.0 {
            usize::MAX => f.write_str("more than 18 EB"),
            0..1000 => write!(f, "{size} {unit}"),
            _ => write!(f, "{size:.1} {unit}"),
        }
    }
}

/// Whether so many bytes can be had without ending the process: a sixteenth of what is there stays free for everything else.
pub(crate) fn grants(bytes: usize) -> bool {
    bytes <= SMALL || available().is_none_or(|available| bytes <= available / 16 * 15)
}

/// An empty vector with room for `n` elements.
///
/// # Errors
/// When there is not so much memory.
pub fn room<T>(n: usize) -> Result<Vec<T>, Refused> {
    let bytes = n.saturating_mul(size_of::<T>());
    let mut room = Vec::new();
    match grants(bytes) && room.try_reserve_exact(n).is_ok() {
        true => Ok(room),
        false => Err(Refused::of(bytes)),
    }
}

/// Ends a kernel that cannot have its working memory: [`or_refused`] hands it to the caller, and no hook of panics is told.
pub(crate) fn refuse(refused: Refused) -> ! {
    resume_unwind(Box::new(refused))
}

/// What `kernel` gives, which may need more working memory than there is; what it writes may then be half written.
///
/// # Errors
/// When the memory is refused.
pub fn or_refused<R>(kernel: impl FnOnce() -> R) -> Result<R, Refused> {
    catch_unwind(AssertUnwindSafe(kernel)).map_err(|panic| match panic.downcast::<Refused>() {
        Ok(refused) => *refused,
        Err(panic) => resume_unwind(panic),
    })
}

/// An empty vector with room for `n` elements, as working memory: where there is not so much, whoever runs in [`or_refused`] ends.
pub fn with_room<T>(n: usize) -> Vec<T> {
    room(n).unwrap_or_else(|refused| refuse(refused))
}

/// Adds a value behind the others.
///
/// # Errors
/// When there is no memory for a longer vector.
pub fn try_push<T>(all: &mut Vec<T>, value: T) -> Result<(), Refused> {
    if all.len() == all.capacity() {
        let bytes = all.len().saturating_mul(2 * size_of::<T>());
        if !grants(bytes) || all.try_reserve(1).is_err() {
            return Err(Refused::of(bytes));
        }
    }
    all.push(value);
    Ok(())
}

/// Adds a value behind the others, as [`with_room`].
pub fn push<T>(all: &mut Vec<T>, value: T) {
    try_push(all, value).unwrap_or_else(|refused| refuse(refused));
}

/// Makes room for `n` more entries in a table.
///
/// # Errors
/// When there is no memory for a larger table.
pub fn try_seat<K: Eq + Hash, V>(table: &mut HashMap<K, V>, n: usize) -> Result<(), Refused> {
    if table.capacity() - table.len() >= n {
        return Ok(());
    }
    let count = table.len().saturating_add(n);
    let bytes = count.saturating_mul(2 * size_of::<(K, V)>());
    match grants(bytes) && table.try_reserve(n).is_ok() {
        true => Ok(()),
        false => Err(Refused::of(bytes)),
    }
}

/// `n` times a value, as [`with_room`].
pub fn filled<T: Clone>(value: T, n: usize) -> Vec<T> {
    let mut all = with_room(n);
    all.resize(n, value);
    all
}

/// What an iterator gives, as [`with_room`].
pub fn collected<T>(values: impl ExactSizeIterator<Item = T>) -> Vec<T> {
    try_collected(values).unwrap_or_else(|refused| refuse(refused))
}

/// What an iterator gives.
///
/// # Errors
/// When there is no memory for it.
pub fn try_collected<T>(values: impl ExactSizeIterator<Item = T>) -> Result<Vec<T>, Refused> {
    let mut all = room(values.len())?;
    all.extend(values);
    Ok(all)
}

/// What an iterator gives until its first error.
///
/// # Errors
/// That one, and when there is no memory for so many.
pub fn try_gathered<T, E: From<Refused>>(
    values: impl Iterator<Item = Result<T, E>>,
) -> Result<Vec<T>, E> {
    let mut all = Vec::new();
    for value in values {
        try_push(&mut all, value?)?;
    }
    Ok(all)
}

/// Bytes that the system can still give this process, where it says so.
#[cfg(target_os = "linux")]
fn available() -> Option<usize> {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let machine = read("/proc/meminfo").and_then(|text| free_of_machine(&text));
    // A container may have less than its machine.
    let limit = read("/sys/fs/cgroup/memory.max");
    let limit = limit.and_then(|text| text.trim().parse().ok());
    let group = limit.and_then(|limit: usize| {
        let used: usize = read("/sys/fs/cgroup/memory.current")?.trim().parse().ok()?;
        let statistics = read("/sys/fs/cgroup/memory.stat").unwrap_or_default();
        // Pages of files that were read go before the limit is reached.
        let cached = number_after(&statistics, "inactive_file").unwrap_or(0);
        Some(limit.saturating_sub(used.saturating_sub(cached)))
    });
    // A process may have a limit of its own.
    let limit = read("/proc/self/limits").and_then(|text| number_after(&text, "Max address space"));
    let own = limit.and_then(|limit| {
        let used = number_after(&read("/proc/self/status")?, "VmSize:")?;
        Some(limit.saturating_sub(used.saturating_mul(1024)))
    });
    [machine, group, own].into_iter().flatten().min()
}

#[cfg(not(target_os = "linux"))]
fn available() -> Option<usize> {
    None
}

/// What `/proc/meminfo` says is available, swap space included, in bytes.
#[cfg(target_os = "linux")]
fn free_of_machine(text: &str) -> Option<usize> {
    let available = number_after(text, "MemAvailable:")?;
    let swap = number_after(text, "SwapFree:").unwrap_or(0);
    available.checked_add(swap)?.checked_mul(1024)
}

/// The number in the line that begins with a name.
#[cfg(target_os = "linux")]
fn number_after(text: &str, name: &str) -> Option<usize> {
    let mut rests = text.lines().filter_map(|line| line.strip_prefix(name));
    rests.find_map(|rest| rest.split_whitespace().next()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_requests_are_granted_and_absurd_ones_are_not() {
        assert!(grants(0) && grants(SMALL));
        assert!(room::<u64>(3).is_ok_and(|room| room.capacity() >= 3));
        assert!(room::<u64>(1 << 62).is_err() && room::<u64>(usize::MAX).is_err());
        #[cfg(target_os = "linux")]
        assert!(available().is_some() && !grants(1 << 46) && !grants(usize::MAX));
    }

    #[test]
    fn working_memory_that_is_refused_is_an_error_of_the_caller() {
        assert_eq!(or_refused(|| filled(3, 2)), Ok(vec![3, 3]));
        assert_eq!(or_refused(|| collected(0..3)), Ok(vec![0, 1, 2]));
        for n in [1 << 62, usize::MAX] {
            assert_eq!(or_refused(|| filled(0u8, n).len()), Err(Refused::of(n)));
            assert!(or_refused(|| collected((0..n).map(|i| [i; 4]))).is_err());
        }
        let other = catch_unwind(|| or_refused(|| panic!("another")));
        assert_eq!(other.err().unwrap().downcast_ref(), Some(&"another"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_system_is_understood() {
        let text = "MemTotal: 100 kB\nMemAvailable:   64 kB\nSwapFree: 36 kB\n";
        assert_eq!(free_of_machine(text), Some(100 << 10));
        assert_eq!(free_of_machine("MemTotal: 100 kB\n"), None);
        assert_eq!(
            number_after("a 1\ninactive_file 77\n", "inactive_file"),
            Some(77)
        );
        let limits = "Max processes  9 9\nMax address space  unlimited  unlimited bytes\n";
        assert_eq!(number_after(limits, "Max address space"), None);
    }

    #[test]
    fn sizes_are_readable() {
        let text = |bytes| Readable(bytes).to_string();
        assert_eq!(text(512), "512 B");
        assert_eq!(text(1_500_000), "1.5 MB");
        assert_eq!(text(1 << 42), "4.4 TB");
        assert_eq!(text(usize::MAX), "more than 18 EB");
    }
}

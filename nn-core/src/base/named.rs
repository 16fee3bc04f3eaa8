//! Dimensions under a name, as in `input = [seq, 64]`: any size, of which the compiler knows where else it stands.
//!
//! A name is a very large number, as a batch that is not known is: ordinary arithmetic on it, also in rules that users write, gives what is
//! linear in the name, and such a number can be taken apart again. Each is divisible by all small numbers, so that `seq / 2` is one too;
//! where a division leaves something over, nothing is known.

use super::dim::LIMIT;
use crate::{ANYTHING, ShapeError, batches, is_known};

/// How many names there can be, the batch included.
pub const NAMES: usize = 6;

/// The name of the batch.
pub(crate) const BATCH: usize = 0;

/// What every name can be divided by: 2⁶·3²·5·7·11·13.
const PARTS: i64 = 2_882_880;

/// The largest divisor of a name that is taken for one on purpose, alone and beside others. These bounds are what keeps a number that has
/// nothing to do with names from being taken for one: of a million there is less than one.
const FINEST: i64 = 64;
const FINEST_OF_SEVERAL: i64 = 4;

/// A number beside names is smaller.
const MORE: i64 = 1 << 12;

/// Numbers without common divisors, one for each name.
const UNITS: [i64; NAMES] = [
    31_000_003, 33_500_039, 36_100_073, 38_900_117, 42_300_091, 45_700_093,
];

/// The dimension that stands for name `i`.
pub const fn named(i: usize) -> usize {
    (UNITS[i] * PARTS) as usize
}

/// A sum of multiples of names and a number: `2 * seq + 1`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Linear {
    /// How many parts of each name.
    parts: [i64; NAMES],
    more: i64,
}

impl Linear {
    /// What a dimension is in terms of names, if it is that.
    pub(crate) const fn of(dim: usize) -> Option<Linear> {
        if is_known(dim) || dim >= ANYTHING || batches(dim).is_some() {
            return None;
        }
        let dim = dim as i64;
        if let Some(form) = Linear::multiple(dim, FINEST) {
            return Some(form);
        }
        // Two names, then three, all but one of them a few times.
        let factors = [PARTS, 2 * PARTS, PARTS / 2, -PARTS];
        let mut i = 0;
        while i < NAMES * factors.len() {
            let (name, times) = (i / factors.len(), factors[i % factors.len()]);
            if let Some(form) = Linear::multiple(dim - times * UNITS[name], FINEST_OF_SEVERAL) {
                return Some(form.plus(name, times));
            }
            i += 1;
        }
        let mut i = 0;
        while i < NAMES * NAMES {
            let (a, b) = (i / NAMES, i % NAMES);
            if a < b
                && let Some(form) =
                    Linear::multiple(dim - PARTS * (UNITS[a] + UNITS[b]), FINEST_OF_SEVERAL)
            {
                return Some(form.plus(a, PARTS).plus(b, PARTS));
            }
            i += 1;
        }
        None
    }

    /// A multiple of one name, and a number.
    const fn multiple(n: i64, finest: i64) -> Option<Linear> {
        let mut name = 0;
        while name < NAMES && n > 0 {
            let unit = UNITS[name];
            let beside = n % unit;
            let more = match beside > unit / 2 {
                true => beside - unit,
                false => beside,
            };
            let parts = (n - more) / unit;
            if more.abs() < MORE && parts > 0 && PARTS / common(parts, PARTS) <= finest {
                let mut form = Linear {
                    parts: [0; NAMES],
                    more,
                };
                form.parts[name] = parts;
                return Some(form);
            }
            name += 1;
        }
        None
    }

    /// The size for given sizes of the names, which can be divided by all small numbers.
    #[cfg(test)]
    pub(crate) fn at(&self, sizes: [usize; NAMES]) -> usize {
        let parts = self
            .parts
            .iter()
            .zip(sizes)
            .map(|(parts, size)| parts * size as i64);
        let sum: i64 = parts.sum();
        assert_eq!(sum % PARTS, 0);
        (sum / PARTS + self.more) as usize
    }

    const fn plus(mut self, name: usize, parts: i64) -> Linear {
        self.parts[name] += parts;
        self
    }

    /// Whether it is made of the batch alone.
    const fn is_of_batch(&self) -> bool {
        let mut name = BATCH + 1;
        while name < NAMES {
            if self.parts[name] != 0 {
                return false;
            }
            name += 1;
        }
        true
    }

    /// The name and how many parts of it, if it is a multiple of one name.
    const fn factor(&self) -> Option<(usize, i64)> {
        let (mut found, mut name) = (None, 0);
        while name < NAMES {
            found = match (self.parts[name], found) {
                (0, found) => found,
                (parts, None) => Some((name, parts)),
                _ => return None,
            };
            name += 1;
        }
        match self.more {
            0 => found,
            _ => None,
        }
    }
}

/// Whether a dimension is made of names.
pub const fn is_named(dim: usize) -> bool {
    Linear::of(dim).is_some()
}

/// Whether two dimensions may be the same size. One that is not known agrees with all; a name stands for any size, so that it agrees with
/// what is made of it in the same way, and the batch with every number.
pub const fn agree(a: usize, b: usize) -> bool {
    if a == b {
        return true;
    }
    match (is_known(a), is_known(b)) {
        (true, true) => false,
        (true, false) => is_open(b),
        (false, true) => is_open(a),
        (false, false) => !(is_named(a) && is_named(b)),
    }
}

/// Whether a dimension that is not known may be any number.
const fn is_open(dim: usize) -> bool {
    match Linear::of(dim) {
        Some(form) => form.is_of_batch(),
        None => true,
    }
}

/// The one of two dimensions that agree of which more is known.
pub const fn better(a: usize, b: usize) -> usize {
    if is_known(a) || is_known(b) {
        return if is_known(a) { a } else { b };
    }
    if is_named(a) { a } else { b }
}

/// `dim / by` as a size: not known where a division of names leaves something over.
pub const fn named_quotient(dim: usize, by: usize) -> Option<usize> {
    match by > 0 && is_named(dim) {
        true if dim.is_multiple_of(by) && is_named(dim / by) => Some(dim / by),
        true => Some(ANYTHING),
        false => None,
    }
}

/// Whether shapes may have the same number of elements, if all that is not known in them is named; `None` if something is not.
pub(crate) const fn as_many(a: &[usize], b: &[usize]) -> Option<bool> {
    let (Some(a), Some(b)) = (product(a), product(b)) else {
        return None;
    };
    if !a.has_names() || !b.has_names() {
        return None;
    }
    let mut name = 0;
    while name < NAMES {
        if a.names[name] != b.names[name] {
            // A batch may be any number, other names are only what they are.
            return if a.names[BATCH] == b.names[BATCH] {
                Some(false)
            } else {
                None
            };
        }
        name += 1;
    }
    Some(a.number.saturating_mul(b.parts) == b.number.saturating_mul(a.parts))
}

/// What is left of a number of elements beside other sizes, if there are names in it and all that is not known is named: not known where it is
/// no multiple of one name.
///
/// # Errors
/// When it is no whole number, whatever the names stand for.
pub(crate) const fn left_of_names(all: &[usize], others: &[usize]) -> Result<Option<usize>, ()> {
    let (Some(a), Some(b)) = (product(all), product(others)) else {
        return Ok(None);
    };
    if !a.has_names() || b.number == 0 {
        return Ok(None);
    }
    let (mut left, mut name) = (None, 0);
    while name < NAMES {
        left = match (a.names[name] as i16 - b.names[name] as i16, left) {
            (0, left) => left,
            (1, None) => Some(named(name) as u128),
            _ => return Ok(Some(ANYTHING)),
        };
        name += 1;
    }
    let unit = match left {
        Some(unit) => unit,
        None => 1,
    };
    let number = unit.saturating_mul(a.number).saturating_mul(b.parts);
    let by = b.number.saturating_mul(a.parts);
    let size = number / by;
    let is_one = size < ANYTHING as u128
        && match left {
            None => is_known(size as usize),
            Some(_) => is_named(size as usize),
        };
    match (number.is_multiple_of(by), left) {
        (true, _) if is_one => Ok(Some(size as usize)),
        (false, None) => Err(()),
        _ => Ok(Some(ANYTHING)),
    }
}

/// A number of elements: how often each name is a factor of it, and a fraction that is one too.
struct Product {
    names: [u8; NAMES],
    number: u128,
    parts: u128,
}

impl Product {
    const fn has_names(&self) -> bool {
        let mut name = 0;
        while name < NAMES {
            if self.names[name] > 0 {
                return true;
            }
            name += 1;
        }
        false
    }
}

/// The number of elements, if all that is not known is a multiple of one name.
const fn product(dims: &[usize]) -> Option<Product> {
    let (mut names, mut number, mut parts, mut i) = ([0; NAMES], 1_u128, 1_u128, 0);
    while i < dims.len() {
        let dim = dims[i];
        if is_known(dim) {
            number = number.saturating_mul(dim as u128);
        } else {
            let Some(form) = Linear::of(dim) else {
                return None;
            };
            let Some((name, times)) = form.factor() else {
                return None;
            };
            if times <= 0 {
                return None;
            }
            names[name] += 1;
            let divisor = common(times, PARTS);
            number = number.saturating_mul((times / divisor) as u128);
            parts = parts.saturating_mul((PARTS / divisor) as u128);
        }
        i += 1;
    }
    Some(Product {
        names,
        number,
        parts,
    })
}

const fn common(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.abs()
}

impl ShapeError {
    /// The message continued with what is made of names, for each of which a control character stands until [`ShapeError::under`].
    pub(super) const fn linear(self, form: Linear) -> ShapeError {
        let (mut error, mut is_first, mut name) = (self, true, 0);
        while name < NAMES {
            let parts = form.parts[name];
            if parts != 0 {
                error = error.text(match (parts < 0, is_first) {
                    (true, true) => "-",
                    (true, false) => " - ",
                    (false, true) => "",
                    (false, false) => " + ",
                });
                let divisor = common(parts, PARTS);
                let (times, by) = (parts.abs() / divisor, PARTS / divisor);
                if times != 1 {
                    error = error.number(times as usize).text(" * ");
                }
                error = error.bytes(&[name as u8 + 1]);
                if by != 1 {
                    error = error.text(" / ").number(by as usize);
                }
                is_first = false;
            }
            name += 1;
        }
        match form.more {
            0 => error,
            more => error
                .text(if more < 0 { " - " } else { " + " })
                .number(more.unsigned_abs() as usize),
        }
    }

    /// The message with names in the place of what stands for them.
    #[must_use]
    pub const fn under(self, names: &[&str]) -> ShapeError {
        let old = self.message().as_bytes();
        let (mut error, mut i) = (ShapeError::new(""), 0);
        while i < old.len() {
            let name = old[i] as usize;
            error = match name >= 1 && name <= NAMES {
                true if name <= names.len() => error.text(names[name - 1]),
                true => error.text("_"),
                false => error.bytes(&[old[i]]),
            };
            i += 1;
        }
        error
    }
}

const _: () = assert!(UNITS[NAMES - 1] * PARTS < ANYTHING as i64 / 4096 && UNITS[0] > 2 * MORE);
const _: () = assert!(named(0) > LIMIT);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Shape, UNKNOWN};

    fn text(dim: usize) -> String {
        let names = ["batch", "seq", "time"];
        let message = ShapeError::new("").dim(dim).under(&names);
        message.message().to_string()
    }

    #[test]
    fn what_is_linear_in_names_is_taken_apart() {
        let (batch, seq, time) = (named(0), named(1), named(2));
        for (dim, shown) in [
            (seq, "seq"),
            (seq + 1, "seq + 1"),
            (2 * seq - 3, "2 * seq - 3"),
            (seq / 2, "seq / 2"),
            (seq / 2 * 3 + 7, "3 * seq / 2 + 7"),
            (4096 * seq, "4096 * seq"),
            (seq + time, "seq + time"),
            (3 * seq + time - 1, "3 * seq + time - 1"),
            (seq + 2 * time, "seq + 2 * time"),
            (batch + seq + time, "batch + seq + time"),
            (2 * batch, "2 * batch"),
            (7, "7"),
            (UNKNOWN, "_"),
            (ANYTHING, "_"),
        ] {
            assert_eq!(text(dim), shown);
        }
    }

    #[test]
    fn nothing_else_is_taken_for_a_name() {
        for k in 1..5000 {
            for more in 0..3 {
                assert!(!is_named(UNKNOWN * k + more) && !is_named(UNKNOWN * k - more));
                assert!(!is_named(ANYTHING / k + more) && !is_named(UNKNOWN / k + more));
            }
        }
        let (mut seed, mut found) = (88_172_645_463_325_252_u64, 0);
        for _ in 0..200_000 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            found += usize::from(is_named((seed >> 2) as usize));
        }
        assert_eq!(found, 0);
        for power in 34..62 {
            assert!(!is_named(1 << power) && !is_named((1 << power) - 1));
        }
        // What a division left over is forgotten.
        assert!(!is_named(named(1) / 17) && named_quotient(named(1) + 1, 2) == Some(ANYTHING));
    }

    #[test]
    fn a_name_agrees_with_itself() {
        let (batch, seq, time) = (named(0), named(1), named(2));
        for (a, b) in [
            (seq, seq),
            (seq / 2 * 2, seq),
            (seq, UNKNOWN),
            (seq, ANYTHING),
            (seq / 17, time),
            (batch, 32),
            (2 * batch, 32),
        ] {
            assert!(agree(a, b) && agree(b, a), "{a} {b}");
        }
        for (a, b) in [
            (seq, time),
            (seq, seq + 1),
            (seq, 2 * seq),
            (seq, 32),
            (seq, batch),
        ] {
            assert!(!agree(a, b) && !agree(b, a), "{a} {b}");
        }
    }

    #[test]
    fn elements_are_counted_by_their_names() {
        let (batch, seq, time) = (named(0), named(1), named(2));
        let fits = |a: &[usize], b: &[usize]| as_many(a, b);
        assert_eq!(fits(&[batch, seq, 64], &[batch, seq, 8, 8]), Some(true));
        assert_eq!(fits(&[batch, seq, 64], &[batch, 64 * seq]), Some(true));
        assert_eq!(fits(&[batch, seq, 64], &[batch, seq / 2, 128]), Some(true));
        assert_eq!(fits(&[batch, seq, 64], &[batch, seq, 65]), Some(false));
        assert_eq!(fits(&[batch, seq, 64], &[batch, time, 64]), Some(false));
        assert_eq!(fits(&[batch, seq, 64], &[32, seq, 64]), None);
        assert_eq!(fits(&[batch, seq + 1], &[batch, seq]), None);
        assert_eq!(fits(&[UNKNOWN, 3], &[UNKNOWN, 4]), None);
        assert_eq!(Shape::new(&[seq, 64]).num_elements(), 64 * seq);
    }

    #[test]
    fn what_is_left_has_a_name_or_none() {
        let (batch, seq) = (named(0), named(1));
        let all = [batch, seq, 64];
        for (others, left) in [
            (&[batch, seq][..], Some(64)),
            (&[batch, 64], Some(seq)),
            (&[batch], Some(64 * seq)),
            (&[batch, 128], Some(seq / 2)),
            (&[seq, 64], Some(batch)),
            (&[batch, seq, 8], Some(8)),
            // Whether these fit depends on the length.
            (&[batch, 1000], Some(ANYTHING)),
            (&[64], Some(ANYTHING)),
            (&[batch, seq + 1], None),
            (&[UNKNOWN], None),
        ] {
            assert_eq!(left_of_names(&all, others), Ok(left), "{others:?}");
        }
        assert_eq!(left_of_names(&all, &[batch, seq, 5]), Err(()));
        assert_eq!(left_of_names(&[4, 6], &[2]), Ok(None));
    }
}

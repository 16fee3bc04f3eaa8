//! Shapes: up to eight dimensions, each a number or not known yet.

use super::dim::{CROWDED, LIMIT, is_made_of_open_size};
use crate::{
    ANYTHING, Error, Result, UNKNOWN, agree, axis_of, batches, better, is_known, is_named,
};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, Index};
use std::slice::SliceIndex;

/// The most dimensions a tensor can have.
pub const MAX_RANK: usize = 8;

/// The dimensions of a tensor, outermost first: `[batch, height, width, channels]` for images.
///
/// A copyable value without allocation. It dereferences to a slice and compares with arrays.
///
/// ```
/// use nn::Shape;
/// let shape = Shape::from([2, 3]);
/// assert_eq!(shape, [2, 3]);
/// assert_eq!((shape.rank(), shape.num_elements(), shape[0]), (2, 6, 2));
/// assert_eq!(format!("{shape:?}"), "[2, 3]");
/// ```
#[derive(Clone, Copy, Eq)]
pub struct Shape {
    dims: [usize; MAX_RANK],
    /// As wide as a dimension: of a single byte the processor would wait for each copy, which takes the bytes beside it along in pieces.
    rank: usize,
}

impl Shape {
    /// The shape of a single number, `[]`.
    pub const SCALAR: Shape = Shape {
        dims: [0; MAX_RANK],
        rank: 0,
    };

    /// A shape of the given dimensions; anything from 2³⁴ on is not known, as [`UNKNOWN`].
    ///
    /// # Panics
    /// With more than [`MAX_RANK`] dimensions; [`Shape::try_new`] returns an error instead.
    pub const fn new(dims: &[usize]) -> Shape {
        assert!(dims.len() <= MAX_RANK, "a tensor has at most 8 dimensions");
        let mut shape = Shape::SCALAR;
        let mut i = 0;
        while i < dims.len() {
            shape.dims[i] = if dims[i] < ANYTHING {
                dims[i]
            } else {
                ANYTHING
            };
            i += 1;
        }
        shape.rank = dims.len();
        shape
    }

    /// As [`Shape::new`], but more than [`MAX_RANK`] dimensions make a shape that every operation refuses.
    fn of(dims: &[usize]) -> Shape {
        match dims.get(..MAX_RANK) {
            Some(first) if dims.len() > MAX_RANK => {
                let mut shape = Shape::new(first);
                shape.dims[MAX_RANK - 1] = CROWDED;
                shape
            }
            _ => Shape::new(dims),
        }
    }

    /// An error if more than [`MAX_RANK`] dimensions were given.
    pub(crate) fn check_rank(&self) -> Result<()> {
        match self.dims[MAX_RANK - 1] == CROWDED && self.rank() == MAX_RANK {
            false => Ok(()),
            true => Err(Error::shape(format!(
                "a tensor has at most {MAX_RANK} dimensions, and more were given, the first being {}; merge some with `reshape`",
                Listed(&self.dims[..MAX_RANK - 1])
            ))),
        }
    }

    /// An error unless a tensor with a value can have this shape: as [`Shape::check_rank`], and for a dimension that is not known or too
    /// large.
    #[inline]
    pub(crate) fn check(&self) -> Result<()> {
        match self.is_known() {
            true => Ok(()),
            false => self.unfit(),
        }
    }

    #[cold]
    fn unfit(&self) -> Result<()> {
        self.check_rank()?;
        match self.iter().find(|&&dim| !is_known(dim)) {
            None => Ok(()),
            Some(&dim) if batches(dim).is_some() => Err(Error::shape(format!(
                "a tensor with a value cannot have the shape {self}, in which the batch is not known"
            ))),
            Some(&dim) => Err(Error::shape(format!(
                "a dimension of a tensor is below 2³⁴ = {LIMIT}, found {}",
                if dim < ANYTHING {
                    dim.to_string()
                } else {
                    "more than 2⁶²".into()
                }
            ))),
        }
    }

    /// With an open batch in front, of a shape that a user gives for an input: there an open size is left open, and a number too large for a
    /// dimension is an error instead of an open size.
    #[doc(hidden)]
    pub fn batched(self) -> Result<Shape> {
        self.check_rank()?;
        let is_open = |dim: usize| {
            dim >= ANYTHING || is_named(dim) || is_made_of_open_size(dim as f64, f64::EPSILON / 2.0)
        };
        match self.iter().find(|&&dim| !is_known(dim) && !is_open(dim)) {
            None => self.insert(0, UNKNOWN),
            Some(dim) => Err(Error::shape(format!(
                "a dimension of an input is below 2³⁴ = {LIMIT}, or `UNKNOWN` where it is open; found {dim}"
            ))),
        }
    }

    /// As [`Shape::new`], with an error for more than [`MAX_RANK`] dimensions.
    pub fn try_new(dims: &[usize]) -> Result<Shape> {
        if dims.len() > MAX_RANK {
            return Err(Error::shape(format!(
                "a tensor has at most {MAX_RANK} dimensions, found {}: {}; merge some with `reshape`",
                dims.len(),
                Listed(dims)
            )));
        }
        Ok(Shape::new(dims))
    }

    /// How many dimensions there are.
    pub const fn rank(&self) -> usize {
        self.rank
    }

    /// How many elements there are, the product of the dimensions (not known, as [`UNKNOWN`], if one is not).
    pub const fn num_elements(&self) -> usize {
        let (mut known, mut open, mut i) = (1_usize, None, 0);
        while i < self.rank {
            open = match (is_known(self.dims[i]), open) {
                (true, _) => {
                    known = known.saturating_mul(self.dims[i]);
                    open
                }
                (false, None) => Some(self.dims[i]),
                (false, Some(_)) => Some(ANYTHING),
            };
            i += 1;
        }
        match open {
            None => known,
            Some(_) if known == 0 => ANYTHING,
            Some(dim) => match dim.checked_mul(known) {
                Some(n) if n < ANYTHING && (batches(dim).is_some() || is_named(dim)) => n,
                _ => ANYTHING,
            },
        }
    }

    /// Whether there are no elements: some dimension is 0.
    pub const fn is_empty(&self) -> bool {
        self.num_elements() == 0
    }

    /// Whether every dimension is a number.
    pub const fn is_known(&self) -> bool {
        // One look at all of them: those beyond the rank are 0, and the least that is not known is a power of two.
        const { assert!(LIMIT.is_power_of_two()) };
        let [a, b, c, d, e, f, g, h] = self.dims;
        is_known(a | b | c | d | e | f | g | h)
    }

    /// The dimensions as a slice.
    pub const fn dims(&self) -> &[usize] {
        self.dims.split_at(self.rank).0
    }

    /// The dimension at `axis`, counted from the end if negative.
    ///
    /// # Errors
    /// When there is no such axis, or the dimension is not known.
    pub fn dim(&self, axis: isize) -> Result<usize> {
        let d = self.dims[self.axis(axis)?];
        if is_known(d) {
            Ok(d)
        } else {
            Err(Error::shape(format!(
                "dimension {axis} of {self} is not known yet; give it a number in the shape that the model is built with"
            )))
        }
    }

    /// A possibly negative axis as an index.
    ///
    /// # Errors
    /// When there is no such axis.
    pub fn axis(&self, axis: isize) -> Result<usize> {
        Ok(axis_of("", axis, self)?)
    }

    /// This shape with the dimension at `axis` replaced.
    pub const fn with(mut self, axis: usize, dim: usize) -> Shape {
        assert!(axis < self.rank);
        self.dims[axis] = if dim < ANYTHING { dim } else { ANYTHING };
        self
    }

    /// This shape without the dimension at `axis`.
    pub const fn without(self, axis: usize) -> Shape {
        assert!(axis < self.rank);
        let mut shape = Shape::SCALAR;
        let mut i = 0;
        let mut k = 0;
        while i < self.rank {
            if i != axis {
                shape.dims[k] = self.dims[i];
                k += 1;
            }
            i += 1;
        }
        shape.rank = self.rank - 1;
        shape
    }

    /// This shape with `dim` inserted before `axis` (at the end if `axis` is the rank).
    pub fn insert(self, axis: usize, dim: usize) -> Result<Shape> {
        let mut dims = self.to_vec();
        dims.insert(axis, dim);
        Shape::try_new(&dims)
    }

    /// The shape that two shapes broadcast to, NumPy's rule: aligned at the end, dimensions agree or one of them is 1.
    /// `None` when they do not fit. An unknown dimension fits everything.
    pub const fn broadcast(&self, other: &Shape) -> Option<Shape> {
        let (long, short) = if self.rank >= other.rank {
            (self, other)
        } else {
            (other, self)
        };
        let mut out = *long;
        let lead = long.rank - short.rank;
        let mut i = 0;
        while i < short.rank {
            let (a, b) = (long.dims[lead + i], short.dims[i]);
            out.dims[lead + i] = match (a == 1, b == 1 || a == b) {
                (_, true) => a,
                (true, false) => b,
                _ if agree(a, b) => better(a, b),
                _ => return None,
            };
            i += 1;
        }
        Some(out)
    }
}

/// Dimensions that are not known are equal, whatever is known of them.
fn same(a: &[usize], b: &[usize]) -> bool {
    let same = |(&a, &b): (&usize, &usize)| a == b || !is_known(a) && !is_known(b);
    a.len() == b.len() && a.iter().zip(b).all(same)
}

impl PartialEq for Shape {
    fn eq(&self, other: &Shape) -> bool {
        same(self, other)
    }
}

impl Hash for Shape {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rank.hash(state);
        for &dim in self.dims() {
            if is_known(dim) { dim } else { UNKNOWN }.hash(state);
        }
    }
}

impl<'a> IntoIterator for &'a Shape {
    type Item = &'a usize;
    type IntoIter = std::slice::Iter<'a, usize>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Deref for Shape {
    type Target = [usize];
    fn deref(&self) -> &[usize] {
        self.dims()
    }
}

impl<I: SliceIndex<[usize]>> Index<I> for Shape {
    type Output = I::Output;
    #[track_caller]
    fn index(&self, axis: I) -> &I::Output {
        &self.dims()[axis]
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Listed(self), f)
    }
}

/// Dimensions as they are shown, however many: `_` where one is open.
struct Listed<'a>(&'a [usize]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (i, &d) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            if is_known(d) {
                write!(f, "{d}")?;
            } else {
                f.write_str("_")?;
            }
        }
        f.write_str("]")
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

// With more than `MAX_RANK` dimensions these give a shape that every operation refuses with an error: a conversion has none of its own.

impl<const N: usize> From<[usize; N]> for Shape {
    fn from(dims: [usize; N]) -> Shape {
        Shape::of(&dims)
    }
}

impl<const N: usize> From<&[usize; N]> for Shape {
    fn from(dims: &[usize; N]) -> Shape {
        Shape::of(dims)
    }
}

/// Of a vector.
impl From<usize> for Shape {
    fn from(dim: usize) -> Shape {
        Shape::of(&[dim])
    }
}

impl From<&[usize]> for Shape {
    fn from(dims: &[usize]) -> Shape {
        Shape::of(dims)
    }
}

impl From<Vec<usize>> for Shape {
    fn from(dims: Vec<usize>) -> Shape {
        Shape::of(&dims)
    }
}

impl From<&Vec<usize>> for Shape {
    fn from(dims: &Vec<usize>) -> Shape {
        Shape::of(dims)
    }
}

impl From<&Shape> for Shape {
    fn from(shape: &Shape) -> Shape {
        *shape
    }
}

impl<const N: usize> PartialEq<[usize; N]> for Shape {
    fn eq(&self, other: &[usize; N]) -> bool {
        same(self, other)
    }
}

impl PartialEq<[usize]> for Shape {
    fn eq(&self, other: &[usize]) -> bool {
        same(self, other)
    }
}

impl PartialEq<&[usize]> for Shape {
    fn eq(&self, other: &&[usize]) -> bool {
        same(self, other)
    }
}

impl PartialEq<Vec<usize>> for Shape {
    fn eq(&self, other: &Vec<usize>) -> bool {
        same(self, other)
    }
}

impl serde::Serialize for Shape {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(|&d| is_known(d).then_some(d)))
    }
}

impl<'de> serde::Deserialize<'de> for Shape {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Shape, D::Error> {
        let dims = Vec::<Option<usize>>::deserialize(deserializer)?;
        if let Some(dim) = dims.iter().flatten().find(|&&dim| !is_known(dim)) {
            let message = format!("a dimension is below 2³⁴ = {LIMIT}, found {dim}");
            return Err(serde::de::Error::custom(message));
        }
        let dims: Vec<usize> = dims.into_iter().map(|d| d.unwrap_or(UNKNOWN)).collect();
        Shape::try_new(&dims).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::named;

    #[test]
    fn broadcasting_follows_numpy_and_unknown_fits_everything() {
        let s = |d: &[usize]| Shape::new(d);
        assert_eq!(s(&[2, 3]).broadcast(&s(&[3])), Some(s(&[2, 3])));
        assert_eq!(s(&[2, 1]).broadcast(&s(&[1, 3])), Some(s(&[2, 3])));
        assert_eq!(s(&[2, 3]).broadcast(&s(&[2])), None);
        assert_eq!(s(&[]).broadcast(&s(&[4, 5])), Some(s(&[4, 5])));
        assert_eq!(s(&[UNKNOWN, 3]).broadcast(&s(&[7, 1])), Some(s(&[7, 3])));
        assert_eq!(s(&[1]).broadcast(&s(&[0])), Some(s(&[0])));
    }

    #[test]
    fn what_is_computed_from_an_unknown_dimension_is_unknown() {
        for dim in [
            UNKNOWN * 49,
            UNKNOWN - 1,
            UNKNOWN / 2,
            UNKNOWN + 3,
            ANYTHING,
        ] {
            assert!(!Shape::from([dim, 2]).is_known());
        }
        assert_eq!(format!("{}", Shape::from([UNKNOWN, 28])), "[_, 28]");
    }

    #[test]
    fn nine_dimensions_are_refused_and_not_cut() {
        for shape in [
            Shape::from([1; 9]),
            Shape::from(vec![2; 20]),
            Shape::from(&[1; 9][..]),
        ] {
            let error = shape.check().unwrap_err().to_string();
            assert!(error.contains("at most 8 dimensions"), "{error}");
            assert!(shape.check_rank().is_err() && !shape.is_known());
        }
        assert!(Shape::from([UNKNOWN; 8]).check_rank().is_ok());
    }

    #[test]
    fn an_input_is_of_numbers_and_open_sizes() {
        for open in [UNKNOWN, UNKNOWN * 49, UNKNOWN - 1, UNKNOWN / 2, named(1)] {
            let batched = Shape::from([open, 2]).batched().unwrap();
            assert_eq!(batched, [UNKNOWN, open, 2]);
        }
        for large in [1 << 34, 1 << 40, (1 << 40) + 1, 1 << 61] {
            let error = Shape::from([8, large]).batched().unwrap_err().to_string();
            assert!(error.ends_with(&format!("found {large}")), "{error}");
        }
        let error = Shape::from([1; 9]).batched().unwrap_err().to_string();
        assert!(error.contains("at most 8 dimensions"), "{error}");
        let error = Shape::from([1; 8]).batched().unwrap_err().to_string();
        assert!(error.contains("found 9: [_, 1, 1, 1"), "{error}");
    }

    #[test]
    fn axes_count_from_both_ends() {
        let s = Shape::from([4, 5, 6]);
        assert_eq!((s.dim(-1).unwrap(), s.dim(0).unwrap()), (6, 4));
        assert!(s.dim(3).is_err() && s.dim(-4).is_err() && Shape::SCALAR.dim(0).is_err());
        assert_eq!(
            (s.without(1), s.with(0, 9)),
            (Shape::from([4, 6]), Shape::from([9, 5, 6]))
        );
    }
}

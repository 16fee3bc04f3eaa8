//! What croppings and zero paddings have in common: a number for both sides of each axis.

use crate::ShapeError;
use nn_core::ops::Slice;
use nn_core::{Shape, Tensor, is_known};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// `[before, after]` for each axis between the batch and the channels.
///
/// It reads Keras's three forms: one number for all sides, a number for each axis, a pair for each axis. For a single axis two numbers are
/// the pair.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Sides<const N: usize>(pub [[usize; 2]; N]);

impl<const N: usize> Sides<N> {
    /// As many on every side.
    pub const fn all(n: usize) -> Sides<N> {
        Sides([[n; 2]; N])
    }

    /// The shape with so many zeros at each side.
    pub const fn padded(&self, layer: &str, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = check_rank::<N>(layer, input) {
            return Err(error);
        }
        let mut output = *input;
        let mut i = 0;
        while i < N {
            let n = input.dims()[i + 1];
            let [before, after] = self.0[i];
            let size = n.saturating_add(before).saturating_add(after);
            if is_known(n) && !is_known(size) {
                let error = ShapeError::new(layer)
                    .text(": ")
                    .number(before)
                    .text(" and ")
                    .number(after)
                    .text(" zeros around ")
                    .shape(input);
                return Err(error.text(" are more than a dimension can have (below 2³⁴)"));
            }
            output = output.with(i + 1, size);
            i += 1;
        }
        Ok(output)
    }

    /// The shape without so many at each side.
    pub const fn cropped(&self, layer: &str, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = check_rank::<N>(layer, input) {
            return Err(error);
        }
        let mut output = *input;
        let mut i = 0;
        while i < N {
            let n = input.dims()[i + 1];
            let [before, after] = self.0[i];
            let gone = before.saturating_add(after);
            if gone >= n {
                let error = ShapeError::new(layer)
                    .text(" cannot take ")
                    .number(before)
                    .text(" and ")
                    .number(after)
                    .text(" from the ends of axis ")
                    .number(i + 1)
                    .text(" of ")
                    .shape(input);
                return Err(error.text(": nothing is left; crop less"));
            }
            output = output.with(i + 1, n - gone);
            i += 1;
        }
        Ok(output)
    }

    /// Zeros at each side.
    #[track_caller]
    pub fn pad(&self, x: &Tensor) -> Tensor {
        let mut paddings = vec![(0, 0)];
        paddings.extend(self.0.map(|[before, after]| (before, after)));
        paddings.push((0, 0));
        x.pad(paddings)
    }

    /// What is left without the sides.
    #[track_caller]
    pub fn crop(&self, x: &Tensor) -> Tensor {
        let mut slices = vec![Slice::from(..)];
        slices.extend(self.0.map(|[before, after]| match after {
            0 => Slice::from(before as isize..),
            _ => Slice::from(before as isize..-(after as isize)),
        }));
        x.slice_axes(slices)
    }
}

const fn check_rank<const N: usize>(layer: &str, input: &Shape) -> Result<(), ShapeError> {
    if input.rank() == N + 2 {
        return Ok(());
    }
    let layout = match N {
        1 => "[batch, time, features]",
        2 => "[batch, height, width, channels]",
        _ => "[batch, depth, height, width, channels]",
    };
    Err(ShapeError::rank(
        layer,
        N + 2,
        layout,
        input,
        "`Reshape` first",
    ))
}

impl<const N: usize> Serialize for Sides<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match N {
            1 => self.0[0].serialize(serializer),
            _ => serializer.collect_seq(self.0),
        }
    }
}

impl<'de, const N: usize> Deserialize<'de> for Sides<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Sides<N>, D::Error> {
        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "expected a number, or a number or a pair of numbers for each axis"
        )]
        enum All {
            Same(usize),
            ByAxis(Vec<Axis>),
        }
        #[derive(Clone, Copy, Deserialize)]
        #[serde(untagged)]
        enum Axis {
            Same(usize),
            BySide([usize; 2]),
        }
        let axes = match All::deserialize(deserializer)? {
            All::Same(n) => return Ok(Sides::all(n)),
            All::ByAxis(axes) => axes,
        };
        if let (1, [Axis::Same(before), Axis::Same(after)]) = (N, &axes[..]) {
            return Ok(Sides([[*before, *after]; N]));
        }
        let found = axes.len();
        let sides = axes.into_iter().map(|axis| match axis {
            Axis::Same(n) => [n; 2],
            Axis::BySide(side) => side,
        });
        match sides.collect::<Vec<_>>().try_into() {
            Ok(sides) => Ok(Sides(sides)),
            Err(_) => Err(D::Error::custom(format_args!(
                "expected numbers for {N} axes, found a list of {found}"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_pairs_are_read_and_pairs_written() {
        let read = |text: &str| serde_json::from_str::<Sides<2>>(text);
        assert_eq!(read("3").unwrap(), Sides([[3, 3], [3, 3]]));
        assert_eq!(read("[3, 1]").unwrap(), Sides([[3, 3], [1, 1]]));
        assert_eq!(read("[[3, 1], 2]").unwrap(), Sides([[3, 1], [2, 2]]));
        let text = serde_json::to_string(&Sides([[0, 2], [3, 1]])).unwrap();
        assert_eq!(text, "[[0,2],[3,1]]");
        let one = |text: &str| serde_json::from_str::<Sides<1>>(text).unwrap();
        assert_eq!(one("[3, 1]"), one("[[3, 1]]"));
        assert_eq!(serde_json::to_string(&one("2")).unwrap(), "[2,2]");
        for wrong in ["[1]", "[1, 2, 3]", "-1", "[[1, 2, 3], 1]", "null"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        let error = read("[1]").unwrap_err().to_string();
        assert!(
            error.contains("numbers for 2 axes, found a list of 1"),
            "{error}"
        );
    }

    #[test]
    fn open_sizes_stay_open() {
        let open = Shape::from([nn_core::UNKNOWN, 3, nn_core::UNKNOWN, 2]);
        let sides = Sides([[1, 1], [5, 0]]);
        assert_eq!(
            sides.cropped("Cropping2D", &open).unwrap().to_string(),
            "[_, 1, _, 2]"
        );
        assert_eq!(
            sides.padded("ZeroPadding2D", &open).unwrap().to_string(),
            "[_, 5, _, 2]"
        );
        let error = Sides([[2, 1], [0, 0]])
            .cropped("Cropping2D", &open)
            .unwrap_err();
        assert!(error.message().contains("nothing is left"), "{error}");
    }
}

//! Whole numbers bit by bit.

use crate::graph::by_name::by_name;
use crate::ops::elementwise::whole::{Whole, fits, narrowed, whole};
use crate::{DType, Error, Operand, Tensor};

const AND: Whole = Whole {
    name: "bitwise_and",
    f: |a, b| a & b,
};
const OR: Whole = Whole {
    name: "bitwise_or",
    f: |a, b| a | b,
};
const XOR: Whole = Whole {
    name: "bitwise_xor",
    f: |a, b| a ^ b,
};
const LEFT_SHIFT: Whole = Whole {
    name: "bitwise_left_shift",
    f: |a, b| a.checked_shl(u32::try_from(b).unwrap_or(64)).unwrap_or(0),
};
const RIGHT_SHIFT: Whole = Whole {
    name: "bitwise_right_shift",
    f: |a, b| a >> u32::try_from(b).unwrap_or(63).min(63),
};

by_name!(AND.name, fits, |_| AND);
by_name!(OR.name, fits, |_| OR);
by_name!(XOR.name, fits, |_| XOR);
by_name!(LEFT_SHIFT.name, fits, |_| LEFT_SHIFT);
by_name!(RIGHT_SHIFT.name, fits, |_| RIGHT_SHIFT);

impl Tensor {
    /// The bits that are set in both of corresponding elements, with broadcasting. Floats are an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0b1100_i64]).bitwise_and(0b1010).to_vec::<i64>()?, [0b1000]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn bitwise_and(&self, other: impl Operand) -> Tensor {
        whole(AND, self, other)
    }

    /// The bits that are set in at least one of corresponding elements, with broadcasting. Floats are an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0b1100_i64]).bitwise_or(0b1010).to_vec::<i64>()?, [0b1110]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn bitwise_or(&self, other: impl Operand) -> Tensor {
        whole(OR, self, other)
    }

    /// The bits that are set in exactly one of corresponding elements, with broadcasting. Floats are an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0b1100_i64]).bitwise_xor(0b1010).to_vec::<i64>()?, [0b0110]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn bitwise_xor(&self, other: impl Operand) -> Tensor {
        whole(XOR, self, other)
    }

    /// All bits turned over: `-x - 1` of `i64`, `255 - x` of bytes, not of truth values. Floats are an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([5_i64, -1]).bitwise_not().to_vec::<i64>()?, [-6, 0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "bitwise_invert")]
    #[track_caller]
    pub fn bitwise_not(&self) -> Tensor {
        match self.dtype() {
            DType::I64 => self.bitwise_xor(-1),
            DType::U8 => self.bitwise_xor(255),
            DType::Bool => self.logical_not(),
            found @ (DType::F32 | DType::F64) => self.fail(
                "bitwise_not",
                Error::dtype(format!(
                    "bitwise_not needs i64, u8 or bool, found {found}; convert with `cast`"
                )),
            ),
        }
    }

    /// The bits of every element moved to the higher places by the number in the other tensor, with broadcasting; zeros come in, and 0
    /// is left after more places than there are. Floats are an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3_i64, 1]).bitwise_left_shift(2).to_vec::<i64>()?, [12, 4]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "left_shift")]
    #[track_caller]
    pub fn bitwise_left_shift(&self, places: impl Operand) -> Tensor {
        // A cast would stop at 255 where a byte keeps its low bits.
        narrowed(LEFT_SHIFT, self, places, |wide, dtype| match dtype {
            DType::U8 => wide.bitwise_and(255).cast(dtype),
            DType::F32 | DType::F64 | DType::I64 | DType::Bool => wide.cast(dtype),
        })
    }

    /// The bits of every element moved to the lower places by the number in the other tensor, with broadcasting; the sign stays. Floats
    /// are an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([12_i64, -8]).bitwise_right_shift(2).to_vec::<i64>()?, [3, -2]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "right_shift")]
    #[track_caller]
    pub fn bitwise_right_shift(&self, places: impl Operand) -> Tensor {
        whole(RIGHT_SHIFT, self, places)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn of_every_whole_type() {
        let x = Tensor::from([200_u8, 1]);
        assert_eq!(x.bitwise_left_shift(1).to_vec::<u8>().unwrap(), [144, 2]);
        assert_eq!(x.bitwise_not().to_vec::<u8>().unwrap(), [55, 254]);
        let t = Tensor::from([true, false]);
        assert_eq!(
            t.bitwise_xor(Tensor::from([true, true]))
                .to_vec::<bool>()
                .unwrap(),
            [false, true]
        );
        assert_eq!(t.bitwise_not().to_vec::<bool>().unwrap(), [false, true]);
    }

    #[test]
    fn beyond_the_last_place() {
        let x = Tensor::from([1_i64, -8]);
        assert_eq!(x.bitwise_left_shift(64).to_vec::<i64>().unwrap(), [0, 0]);
        assert_eq!(x.bitwise_right_shift(99).to_vec::<i64>().unwrap(), [0, -1]);
        assert_eq!(x.bitwise_left_shift(-1).to_vec::<i64>().unwrap(), [0, 0]);
    }

    #[test]
    fn floats_are_refused() {
        let e = Tensor::ones([2])
            .bitwise_and(1)
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(
            e.contains("bitwise_and needs i64, u8 or bool, found f32"),
            "{e}"
        );
        assert!(Tensor::ones([2]).bitwise_not().error().is_some());
    }
}

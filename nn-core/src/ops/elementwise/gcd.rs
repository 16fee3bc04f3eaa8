//! Common divisors and multiples.

use crate::graph::by_name::by_name;
use crate::ops::elementwise::whole::{Whole, fits, whole};
use crate::{Operand, Tensor};

const GCD: Whole = Whole {
    name: "gcd",
    f: gcd,
};
const LCM: Whole = Whole {
    name: "lcm",
    f: |a, b| match gcd(a, b) {
        0 => 0,
        divisor => a.wrapping_div(divisor).wrapping_mul(b).wrapping_abs(),
    },
};

by_name!(GCD.name, fits, |_| GCD);
by_name!(LCM.name, fits, |_| LCM);

/// Euclid's algorithm, on magnitudes.
fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a as i64
}

impl Tensor {
    /// The greatest number that divides both of corresponding elements, with broadcasting; of 0 and `x` it is `|x|`. Floats are an
    /// error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([12_i64, -8, 0]).gcd(Tensor::from([18_i64, 12, 0])).to_vec::<i64>()?, [6, 4, 0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn gcd(&self, other: impl Operand) -> Tensor {
        whole(GCD, self, other)
    }

    /// The least positive number that both of corresponding elements divide, with broadcasting; 0 if one is 0. Floats are an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([4_i64, -6, 0]).lcm(Tensor::from([6_i64, 4, 3])).to_vec::<i64>()?, [12, 12, 0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn lcm(&self, other: impl Operand) -> Tensor {
        whole(LCM, self, other)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn of_the_extremes() {
        let x = Tensor::from([i64::MIN, i64::MAX]);
        assert_eq!(x.gcd(6).to_vec::<i64>().unwrap(), [2, 1]);
        assert_eq!(x.gcd(i64::MIN).data::<i64>()[0], i64::MIN);
        assert_eq!(
            Tensor::from([4_u8])
                .lcm(Tensor::from([6_u8]))
                .to_vec::<u8>()
                .unwrap(),
            [12]
        );
        assert!(Tensor::ones([1]).lcm(2).error().is_some());
        assert_eq!(x.lcm(-1).data::<i64>()[1], i64::MAX);
    }
}

//! Planes turned by right angles.

use crate::Tensor;

impl Tensor {
    /// The plane of the first two axes turned by 90°, from the first axis towards the second.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1_i64, 2], [3, 4]]);
    /// assert_eq!(x.rot90().to_vec::<i64>()?, [2, 4, 1, 3]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn rot90(&self) -> Tensor {
        self.rot90_with(1, [0, 1])
    }

    /// As [`Tensor::rot90`] of the plane of two axes (counted from the end if negative), turned `k` times; backwards if `k` is negative.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1_i64, 2], [3, 4]]);
    /// assert_eq!(x.rot90_with(-1, [0, 1]).to_vec::<i64>()?, [3, 1, 4, 2]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn rot90_with(&self, k: isize, axes: [isize; 2]) -> Tensor {
        let [a, b] = axes;
        // An axis that is named twice is refused there.
        let checked = self.moveaxis([a, b], [a, b]);
        if checked.error().is_some() {
            return checked.named("rot90", &[self]);
        }
        match k.rem_euclid(4) {
            0 => self.clone(),
            1 => self.flip(b).swapaxes(a, b),
            2 => self.flip(a).flip(b),
            _ => self.swapaxes(a, b).flip(b),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn four_turns_are_none() {
        let x = Tensor::arange(6).reshape([2, 3]);
        assert_eq!(x.rot90().to_vec::<i64>().unwrap(), [2, 5, 1, 4, 0, 3]);
        assert_eq!(
            x.rot90_with(-1, [0, 1]).to_vec::<i64>().unwrap(),
            [3, 0, 4, 1, 5, 2]
        );
        assert_eq!(
            x.rot90_with(3, [0, -1]).to_vec::<i64>().unwrap(),
            [3, 0, 4, 1, 5, 2]
        );
        assert_eq!(
            x.rot90_with(2, [0, 1]).to_vec::<i64>().unwrap(),
            [5, 4, 3, 2, 1, 0]
        );
        assert_eq!(
            x.rot90_with(4, [0, 1]).to_vec::<i64>().unwrap(),
            [0, 1, 2, 3, 4, 5]
        );
        assert!(x.rot90_with(1, [1, -1]).error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].rot90_with(1, [1, 2]).square(), &[&[2, 3, 2]]);
    }
}

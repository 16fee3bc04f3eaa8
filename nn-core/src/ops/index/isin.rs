//! Which elements are among others.

use crate::Tensor;

impl Tensor {
    /// Which elements are among those of another tensor: a `bool` tensor of this one's shape. NaN is among none.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1_i64, 2, 3]);
    /// assert_eq!(x.isin(&Tensor::from([3_i64, 1])).to_vec::<bool>()?, [true, false, true]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn isin(&self, others: &Tensor) -> Tensor {
        if others.error().is_some() {
            return others.clone();
        }
        let others = others.reshape([others.raw_shape().num_elements()]);
        self.expand_dims(-1).equal(others).any_axis(-1)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn of_odd_shapes() {
        let x = Tensor::from([[1.0, f32::NAN], [f32::INFINITY, 2.0]]);
        let found = x.isin(&Tensor::from([[f32::NAN], [f32::INFINITY]]));
        assert_eq!(found.to_vec::<bool>().unwrap(), [false, false, true, false]);
        assert_eq!(
            x.isin(&Tensor::zeros([0])).to_vec::<bool>().unwrap(),
            [false; 4]
        );
        assert!(
            Tensor::from(1_i64)
                .isin(&Tensor::from(1.0_f32))
                .item::<bool>()
                .unwrap()
        );
    }
}

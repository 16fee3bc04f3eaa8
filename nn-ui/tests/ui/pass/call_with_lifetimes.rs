//! A `call` that names its lifetimes.
#![deny(warnings)]

use nn::prelude::*;
#[model(input = ([4], [4], [4]), new())]
struct Net {
    #[layer(4)]
    a: Dense,
    #[layer(0.5)]
    d: Dropout,
}
#[model]
impl Net {
    #[must_use]
    fn call<'a, 'b>(
        &'a self,
        x: &'a Tensor,
        mut y: Tensor,
        p: &'b Tensor,
        q: usize,
        names: &[&'b str],
        training: bool,
    ) -> nn::Result<Tensor>
    where
        'b: 'a,
    {
        let z: &'a Tensor = x;
        let _n: &[&'b str] = names;
        y = y + self.d(self.a(z)) + p;
        if training {
            y = y + 1.0;
        }
        Ok(y * q as f32)
    }
}
pub fn main() {
    let t = Tensor::ones([1, 4]);
    assert_eq!(
        Net::new()
            .forward((&t, &t, &t, 2usize, vec!["a".to_string()]))
            .shape(),
        [1, 4]
    );
}

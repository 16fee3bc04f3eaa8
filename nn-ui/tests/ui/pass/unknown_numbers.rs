//! Numbers that are not whole, or computed in ways that are not followed.
#![deny(warnings)]

use nn::prelude::*;

const WIDTH: usize = 4;
static SCALE: f32 = 2.5;

#[model(input = [4], new(ratio: f32 = 1.5, half: u8 = 2))]
struct Net {
    #[layer(6)]
    dense: Dense,
    #[config]
    ratio: f32,
    #[config]
    half: u8,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let batch = x.shape()[0];
        let width = (WIDTH as f32 * self.ratio) as usize;
        let y = self.dense(&x).reshape([batch, width]);
        // 7 / 2 + 1 / 2 is 4 as fractions, 3 as whole numbers.
        let four = (7 as f32 / 2 as f32 + 1 as f32 / 2 as f32) as usize;
        let x = x.reshape([batch, four]);
        let wrapped = (260 as u16 as u8) as usize;
        let x = x.reshape([batch, wrapped]);
        let x = x
            .reshape([batch, WIDTH])
            .reshape([batch, self.half as usize, 2]);
        let shifted = 1 << 2;
        let x = x.reshape([batch, shifted]).reshape([batch, shifted | 0]);
        let powers = 2_usize.pow(2);
        let x = x.reshape([batch, powers.max(1).min(100)]);
        let sizes: [usize; 2] = std::array::from_fn(|i| [batch, WIDTH][i]);
        let x = x.reshape(sizes) * SCALE;
        (y, x).1
    }
}

pub fn main() {
    assert_eq!(
        Net::OUTPUT.to_string().len(),
        Net::OUTPUT.to_string().trim().len()
    );
    assert_eq!(Net::default().forward(Tensor::ones([2, 4])).shape(), [2, 4]);
}

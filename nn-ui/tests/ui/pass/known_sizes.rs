//! Sizes that are read, cast and left over.
#![deny(warnings)]

use nn::prelude::*;

const ALL: usize = usize::MAX;

#[model(input = [4, 6], new(limit: usize = usize::MAX))]
struct Net {
    #[layer(6)]
    first: Dense,
    #[layer(6)]
    second: Dense,
    #[config]
    limit: usize,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        // 300 has no room in a byte, and -1 none where there is no sign.
        let columns = 4_294_967_302_u64 as u32 as isize;
        let x = self.first(x).columns(0..columns);
        let x = x.columns(0..(262_u16 as u8) as isize);
        let x = x.columns(0..-4_294_967_290_i64 as i32 as isize);
        assert!(-1_i32 as usize > 5 && (-1_i8 as u8) == 255);
        // The largest number is no size.
        let six = x.shape()[2].min(ALL).min(self.limit);
        let x = x.columns(0..six as isize);
        // What a batch of two, or of four, makes fit.
        let y = x.reshape([-1, 48]).reshape([-1, 4, 6]);
        let z = x.reshape([2, -1, 24]).reshape([-1, 4, 6]);
        // The dimensions in the middle are any number of them.
        let shape = x.shape();
        let &[batch, .., last] = shape.dims() else {
            panic!("a matrix of each sample");
        };
        let (&[first, ref rest @ .., end], size) = (
            shape.dims().first_chunk::<3>().unwrap(),
            shape.dim(-1).unwrap_or(1),
        );
        assert_eq!((first, rest.len(), end, size), (batch, 1, last, 6));
        assert_eq!(
            (shape.dim(7).unwrap_or(1), shape.num_elements() / last),
            (1, batch * 4)
        );
        let mut x = x.reshape([batch, shape[1], last]);
        for layer in [&self.first, &self.second] {
            x = layer.forward(x);
        }
        let [_, 4, 6] = x.shape()[..] else {
            return x;
        };
        if let [rows, columns] = x.shape()[..] {
            return x.reshape([columns, rows]);
        }
        x.tril().greater_equal(&x).where_(&y, 0.0) + z
    }
}

pub fn main() {
    assert_eq!(Net::OUTPUT, [4, 6]);
    let net = Net::default();
    net.build([4, 6]).unwrap();
    assert_eq!(net.forward(Tensor::ones([4, 4, 6])).shape(), [4, 4, 6]);
}

use nn::prelude::*;

#[model(input = [9, 4], new(pieces: usize = 2))]
struct Net {
    #[config]
    pieces: usize,
}

// 9 rows in 2 pieces are 4 each, and one is left over.
#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let [batch, rows] = [x.shape()[0], x.shape()[1]];
        let each = rows / self.pieces;
        x.reshape([batch, self.pieces, each * 4])
    }
}

fn main() {}

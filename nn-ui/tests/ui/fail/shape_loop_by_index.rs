use nn::prelude::*;

#[model(input = [64], new())]
struct Net {
    #[layer(32)]
    down: [Dense; 2],
    #[layer(64)]
    up: [Dense; 2],
}

// The second round adds what is 64 wide and what was 64 wide before, to what is 32 wide.
#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let mut x = x;
        for i in 0..2 {
            let narrow = self.down[i].forward(&x);
            if i == 1 {
                x = &x + &narrow;
            } else {
                x = &x + &self.up[i].forward(&narrow);
            }
        }
        x
    }
}

fn main() {}

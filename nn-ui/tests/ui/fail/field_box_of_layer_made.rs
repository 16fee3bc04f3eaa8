use nn::prelude::*;

#[model]
struct Net {
    a: Box<dyn Layer>
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {
    let n = Net {
        a: Box::new(Dense::new(3)),
    };
    n.summary([4]).unwrap();
    let mut m = n.compile(Compile::new(Adam::new(1e-3), MeanSquaredError::new()));
    m.fit((Tensor::ones([2, 4]), Tensor::ones([2, 3])), Fit::new())
        .unwrap();
}

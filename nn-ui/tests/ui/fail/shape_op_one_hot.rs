use nn::prelude::*;

#[model(new(), input = ([20], [20, 9]))]
struct Net {}

#[model]
impl Net {
    fn call(&self, (words, scores): (Tensor, Tensor)) -> Tensor {
        words.one_hot(10) * scores
    }
}

fn main() {}

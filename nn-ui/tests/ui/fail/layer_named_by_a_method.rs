use nn::prelude::*;

fn main() {
    let dense = Dense::new(3).name("hidden");
    let adam = Adam::new(1e-3).name("adam");
}

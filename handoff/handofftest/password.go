package handofftest

import "github.com/alexedwards/argon2id"

// PasswordCost is as little as a hash can cost: the suite makes some hundreds of accounts.
func PasswordCost() *argon2id.Params {
	return &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

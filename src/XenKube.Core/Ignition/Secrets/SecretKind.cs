namespace XenKube.Ignition.Secrets;

/// <summary>The kinds of secrets, in the words that people see.</summary>
internal static class SecretKind
{
    /// <summary>A private key, in PEM, OpenSSH's, PGP's or another form.</summary>
    public const string PrivateKey = "private key";

    /// <summary>A key that both sides share, of a disk, a network or a service.</summary>
    public const string SharedKey = "secret key";

    /// <summary>A password.</summary>
    public const string Password = "password";

    /// <summary>A hash of a password, from which the password can be guessed.</summary>
    public const string PasswordHash = "password hash";

    /// <summary>A token: a server lets in every client that has the token.</summary>
    public const string Token = "token";

    /// <summary>The value of a header that lets a client in, such as <c>Authorization</c>.</summary>
    public const string Header = "header value";

    /// <summary>Content of a file that is a secret as a whole.</summary>
    public const string Content = "secret content";
}

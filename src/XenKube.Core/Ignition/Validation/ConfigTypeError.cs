namespace XenKube.Ignition.Validation;

/// <summary>A value of the wrong type in a config.</summary>
/// <remarks>Held against encoding/json of Go 1.19 in ignition-validate 0.35.0 and 2.16.2.</remarks>
/// <param name="Path">The place, such as <c>storage.files.0.mode</c>.</param>
/// <param name="Found">The value found, as Go's messages name it.</param>
/// <param name="Wanted">What should be there.</param>
/// <param name="GoMessage">The message of Go's encoding/json, which names types of Ignition's source code.</param>
/// <param name="Offset">How many bytes the reference had read when it saw it.</param>
internal sealed record ConfigTypeError(string Path, string Found, string Wanted, string GoMessage, int Offset)
{
    /// <summary>The message, with the place instead of types.</summary>
    public string Message =>
        Path.Length == 0 ? $"cannot use {Found} as a config: {Wanted} expected" : $"cannot use {Found} as {Path}: {Wanted} expected";
}

namespace XenKube.Ignition.Secrets;

/// <summary>A secret in a text.</summary>
/// <param name="Kind">A name of <see cref="SecretKind"/>.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="Length">How long it is, in characters.</param>
internal readonly record struct FoundSecret(string Kind, int Start, int Length);

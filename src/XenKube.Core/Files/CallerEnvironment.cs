namespace XenKube.Files;

/// <summary>
/// Environment variables that change what XenKube does. A user whom sudo, doas or pkexec lets run XenKube as root may choose arguments,
/// which its rules can restrict, and not programs by way of the environment.
/// </summary>
internal static class CallerEnvironment
{
    /// <summary>True if this process is root's on behalf of another user.</summary>
    public static bool IsRootForAnother => FileTrust.IsRoot
        && (Names("SUDO_UID", "0") || Names("PKEXEC_UID", "0") || Names("DOAS_USER", "root"));

    /// <summary>The value of a variable; null where it is not set, is empty, or is another user's wish.</summary>
    /// <param name="name">The name of the variable.</param>
    public static string? Get(string name) => !IsRootForAnother && Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
        ? value : null;

    private static bool Names(string variable, string root) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } user && user != root;
}

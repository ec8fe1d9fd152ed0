namespace XenKube.Ignition.Generation2;

/// <summary>A user.</summary>
internal sealed class Ign2User : Ign2Account
{
    public Ign2UserCreate? Create { get; set; }

    public string Name { get; set; } = "";

    public string? PasswordHash { get; set; }

    public List<string> SshAuthorizedKeys { get; set; } = [];
}

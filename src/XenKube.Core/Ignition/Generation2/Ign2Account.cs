namespace XenKube.Ignition.Generation2;

/// <summary>What a user and the object that makes one have in common.</summary>
internal abstract class Ign2Account
{
    public string Gecos { get; set; } = "";

    public List<string> Groups { get; set; } = [];

    public string HomeDir { get; set; } = "";

    public bool NoCreateHome { get; set; }

    public bool NoLogInit { get; set; }

    public bool NoUserGroup { get; set; }

    public string PrimaryGroup { get; set; } = "";

    public string Shell { get; set; } = "";

    public bool System { get; set; }

    public long? Uid { get; set; }
}

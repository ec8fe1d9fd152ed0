namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>A user.</summary>
internal sealed class ClcUser
{
    public string Name = "";
    public string? PasswordHash;
    public List<string> SshAuthorizedKeys = [];
    public ClcUserCreate? Create;
    public long? Uid;
    public string Gecos = "";
    public string HomeDir = "";
    public bool NoCreateHome;
    public string PrimaryGroup = "";
    public List<string> Groups = [];
    public bool NoUserGroup;
    public bool System;
    public bool NoLogInit;
    public string Shell = "";
}

namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>How to make a user, the old way.</summary>
internal sealed class ClcUserCreate
{
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

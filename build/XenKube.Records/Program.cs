using XenKube.Records;

// Run by the build of src/XenKube.
if (args is not [var assembly, var output])
{
    Console.Error.WriteLine("usage: XenKube.Records ASSEMBLY OUTPUT");
    return 2;
}
var image = File.ReadAllBytes(assembly);
RecordMembers.Hide(image);
Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
File.WriteAllBytes(output, image);
return 0;

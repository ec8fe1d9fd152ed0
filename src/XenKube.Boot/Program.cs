using XenKube.Boot;
using XenKube.Boot.Reading;

return args is [ReaderProcess.Marker, .. var rest] ? Reader.Run(rest) : Loader.Run(args);
